"""The suite: which generators propose for a target, and how many candidates each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.generators.network import NetworkGenerator
from engine.candidates.generators.port import Generator

LIBRARY_FOLDER = Path(__file__).resolve().parent.parent / "library"
# Generators that ask our own checkpoints: only their losers may train DPO.
OWN_GENERATORS = frozenset({"network"})
MOST_CANDIDATES = 64
"""Of one generator for one target: what contracts.generation allows in one ask."""


@dataclass(frozen=True)
class SuiteEntry:
    """One generator of the suite and the number of candidates it makes for a target."""

    name: str
    n: int


@dataclass(frozen=True)
class GeneratorSettings:
    """What the generators need to know of their surroundings."""

    model_server_url: str
    model_server_token: str | None = None
    model_server_timeout_seconds: float = 300.0
    library_folder: Path = LIBRARY_FOLDER


def make_suite(counts: Mapping[str, int]) -> tuple[SuiteEntry, ...]:
    """Return the suite of ``counts`` by generator name. Raises ValueError for an unknown name or a bad count."""
    for name, n in counts.items():
        if name not in BUILDERS:
            raise ValueError(f"Unknown generator {name!r}; known are {', '.join(sorted(BUILDERS))}.")
        if not 1 <= n <= MOST_CANDIDATES:
            raise ValueError(f"Generator {name!r} needs a count from 1 to {MOST_CANDIDATES}, not {n}.")
    return tuple(SuiteEntry(name=name, n=n) for name, n in counts.items())


def build_generator(name: str, settings: GeneratorSettings, *, checkpoint_sha256: str | None = None) -> Generator:
    """Return the generator called ``name``; ``checkpoint_sha256`` pins one that asks the model server.

    Raises KeyError for an unknown name.
    """
    return BUILDERS[name](settings, checkpoint_sha256)


def _build_network(settings: GeneratorSettings, checkpoint_sha256: str | None) -> Generator:
    return NetworkGenerator(
        base_url=settings.model_server_url,
        token=settings.model_server_token,
        timeout_seconds=settings.model_server_timeout_seconds,
        checkpoint_sha256=checkpoint_sha256,
    )


def _build_retrieval(settings: GeneratorSettings, checkpoint_sha256: str | None) -> Generator:
    # Imported late: scipy and the view index are of no use to a process that never retrieves.
    from engine.candidates.generators.retrieval import RetrievalGenerator

    return RetrievalGenerator(library_folder=settings.library_folder)


def _build_fake(settings: GeneratorSettings, checkpoint_sha256: str | None) -> Generator:
    return FakeGenerator(checkpoint_sha256=checkpoint_sha256)


BUILDERS: dict[str, Callable[[GeneratorSettings, str | None], Generator]] = {
    "fake": _build_fake,
    "network": _build_network,
    "retrieval": _build_retrieval,
}
