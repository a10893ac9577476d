"""What may be used for what: the one module that keeps training, the shipped library and evaluation apart.

A library is a file of Debian's ``sweethome3d-furniture``; an asset is one model folder inside it.
"""

from typing import Literal

Role = Literal["train", "shipped", "heldout", "unused"]

TRAINING_LIBRARIES = frozenset({"Scopia", "BlendSwap-CC-BY", "KatorLegaz"})
SHIPPED_LIBRARY = "BlendSwap-CC-0"
"""The only library whose licence lets assets into the repository; what is not shipped of it is held out."""

SHIPPED_ASSETS = (
    *("ammoBox", "antiqueChair", "armchair2", "barrel", "basketball", "bench", "bidet", "bootie", "bread"),
    *("caballito", "cactus", "caffe_final", "cartoon_biplane", "chair2", "chairWithCushion", "chicken"),
    *("cissors_swap", "cosmeticsPot", "couch", "crate", "cupboard", "cupcake", "deckChair", "deer"),
    *("designChair", "desklamp", "dustbin", "fireExtinguisher", "flacon", "foldingChair", "forkLift"),
    *("horse2", "hotDog", "iphone", "JapaneseLantern", "kalender", "kitchenaid", "lantern", "littlePlant"),
    *("lockedLocker", "mamadeira", "modernArmchair", "mofx_mailbox", "motorbike", "numberLock"),
    *("oakTable", "outdoorLamp", "pianoAQueue", "rock1", "silla2", "slippers", "sofa2", "stoneLantern", "teddyBear"),
    *("tetrapak", "textMarker", "thonet", "wheelbarrow", "woodToy", "yogurtBottle"),
)

SHIPPED_PROCEDURAL = tuple(
    (family, seed) for family in ("animal", "bottle", "car", "mug", "table", "vase") for seed in (7, 8)
)
"""Procedural shapes of the shipped library: family and seed."""

HELDOUT_FAMILIES = ("bench", "jug", "bar_chair", "teapot", "watering_can", "van")
"""Whole grammars that no training stage may draw from; they show what does not carry over."""

FIRST_HELDOUT_SEED = 1_000_000
"""Training draws seeds below this one; targets with a hidden truth and evaluations draw from it upwards."""


class SplitError(ValueError):
    """Somebody asked for a shape that the split keeps from them; the text names it."""


def role_of_shape(family: str, seed: int) -> Role:
    """Return what the procedural shape of ``family`` and ``seed`` may be used for.

    The few shipped ones lie below ``FIRST_HELDOUT_SEED`` and may be trained on as well.
    """
    return "heldout" if family in HELDOUT_FAMILIES or seed >= FIRST_HELDOUT_SEED else "train"


def role_of(library: str, asset: str) -> Role:
    """Return what ``asset`` of ``library`` may be used for."""
    if library in TRAINING_LIBRARIES:
        return "train"
    if library == SHIPPED_LIBRARY:
        return "shipped" if asset in SHIPPED_ASSETS else "heldout"
    return "unused"
