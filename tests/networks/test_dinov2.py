from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from networks.dinov2 import from_dinov2, load_dinov2, resize_positions, to_dinov2
from networks.vit import ImageEncoder
from networks.weight_files import WeightsError

WIDTH, LAYERS, HEADS, PATCH = 48, 2, 4, 14


def encoder_of(side: int = 4, registers: int = 4, width: int = WIDTH, layers: int = LAYERS) -> ImageEncoder:
    return ImageEncoder(
        image_size=side * PATCH, patch_size=PATCH, width=width, layers=layers, heads=HEADS, registers=registers
    )


def published_state(side: int = 4, registers: int = 4) -> dict[str, Tensor]:
    """Random weights under the published names."""
    shapes: dict[str, tuple[int, ...]] = {
        "cls_token": (1, 1, WIDTH),
        "pos_embed": (1, 1 + side**2, WIDTH),
        "mask_token": (1, WIDTH),
        "patch_embed.proj.weight": (WIDTH, 3, PATCH, PATCH),
        "patch_embed.proj.bias": (WIDTH,),
        "norm.weight": (WIDTH,),
        "norm.bias": (WIDTH,),
    }
    if registers:
        shapes["register_tokens"] = (1, registers, WIDTH)
    for index in range(LAYERS):
        for name, shape in {
            "norm1.weight": (WIDTH,),
            "norm1.bias": (WIDTH,),
            "attn.qkv.weight": (3 * WIDTH, WIDTH),
            "attn.qkv.bias": (3 * WIDTH,),
            "attn.proj.weight": (WIDTH, WIDTH),
            "attn.proj.bias": (WIDTH,),
            "ls1.gamma": (WIDTH,),
            "norm2.weight": (WIDTH,),
            "norm2.bias": (WIDTH,),
            "mlp.fc1.weight": (4 * WIDTH, WIDTH),
            "mlp.fc1.bias": (4 * WIDTH,),
            "mlp.fc2.weight": (WIDTH, 4 * WIDTH),
            "mlp.fc2.bias": (WIDTH,),
            "ls2.gamma": (WIDTH,),
        }.items():
            shapes[f"blocks.{index}.{name}"] = shape
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(*shape, generator=generator) * 0.2 for name, shape in shapes.items()}


def plain_tokens(state: dict[str, Tensor], image: Tensor) -> Tensor:
    """The published architecture once more, with attention written out."""

    def linear(x: Tensor, name: str) -> Tensor:
        return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    def norm(x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, (WIDTH,), state[f"{name}.weight"], state[f"{name}.bias"], eps=1e-6)

    image = (image - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(
        3, 1, 1
    )
    weight, bias = state["patch_embed.proj.weight"], state["patch_embed.proj.bias"]
    patches = functional.unfold(image, PATCH, stride=PATCH).transpose(1, 2) @ weight.flatten(1).T + bias
    x = torch.cat([state["cls_token"].expand(len(image), -1, -1), patches], dim=1) + state["pos_embed"]
    registers = state.get("register_tokens", torch.zeros(1, 0, WIDTH))
    x = torch.cat([x[:, :1], registers.expand(len(image), -1, -1), x[:, 1:]], dim=1)
    for index in range(LAYERS):
        block = f"blocks.{index}"
        heads = linear(norm(x, f"{block}.norm1"), f"{block}.attn.qkv").reshape(*x.shape[:2], 3, HEADS, -1)
        query, key, value = heads.unbind(2)
        share = (torch.einsum("bqhd,bkhd->bhqk", query, key) * (WIDTH // HEADS) ** -0.5).softmax(-1)
        mixed = torch.einsum("bhqk,bkhd->bqhd", share, value).flatten(2)
        x = x + state[f"{block}.ls1.gamma"] * linear(mixed, f"{block}.attn.proj")
        h = functional.gelu(linear(norm(x, f"{block}.norm2"), f"{block}.mlp.fc1"))
        x = x + state[f"{block}.ls2.gamma"] * linear(h, f"{block}.mlp.fc2")
    x = norm(x, "norm")
    return torch.cat([x[:, :1], x[:, 1 + registers.shape[1] :]], dim=1)


@pytest.mark.parametrize("registers", [0, 4])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_published_file_gives_the_published_tokens(tmp_path: Path, registers: int, suffix: str) -> None:
    state = published_state(registers=registers)
    path = tmp_path / f"published{suffix}"
    if suffix == ".pth":
        torch.save(state, path)
    else:
        save_file(state, path)
    encoder = encoder_of(registers=registers)
    load_dinov2(encoder, path)
    image = torch.rand(2, 3, 4 * PATCH, 4 * PATCH)
    torch.testing.assert_close(encoder(image), plain_tokens(state, image), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("registers", [0, 4])
def test_saving_in_the_published_naming_loses_nothing(tmp_path: Path, registers: int) -> None:
    torch.manual_seed(0)
    first, second = encoder_of(registers=registers), encoder_of(registers=registers)
    image = torch.rand(1, 3, 4 * PATCH, 4 * PATCH)
    assert not torch.equal(first(image), second(image))
    saved = to_dinov2(first)
    assert saved.keys() == published_state(registers=registers).keys()
    save_file(saved, tmp_path / "saved.safetensors")
    load_dinov2(second, tmp_path / "saved.safetensors")
    assert torch.equal(first(image), second(image))


def test_positions_are_brought_to_the_encoder_s_grid(tmp_path: Path) -> None:
    state = published_state(side=8)
    side = torch.arange(8.0)
    # A plane over the grid stays a plane at any resolution, apart from the border.
    state["pos_embed"][0, 1:] = (side[:, None] + 10 * side[None]).reshape(64, 1)
    own = from_dinov2(encoder_of(side=4), state)
    grid = own["pos_embed"][0, 1:, 0].reshape(4, 4)
    assert torch.equal(own["pos_embed"][:, 0], state["pos_embed"][:, 0])
    torch.testing.assert_close(grid[2] - grid[1], torch.full((4,), 2.0), atol=0.2, rtol=0)
    torch.testing.assert_close(grid[:, 2] - grid[:, 1], torch.full((4,), 20.0), atol=2.0, rtol=0)
    assert torch.equal(resize_positions(state["pos_embed"], 64), state["pos_embed"])


def change(**changed: Tensor | None) -> dict[str, Tensor]:
    state: dict[str, Tensor | None] = {**published_state(), **{k.replace("__", "."): v for k, v in changed.items()}}
    return {name: value for name, value in state.items() if value is not None}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (change(blocks__1__ls2__gamma=None), r"lack blocks.1.ls2.gamma"),
        (change(blocks__2__ls2__gamma=torch.zeros(WIDTH)), r"no place for blocks.2.ls2.gamma"),
        (change(register_tokens=None), r"lack register_tokens"),
        (change(register_tokens=torch.zeros(1, 8, WIDTH)), r"register_tokens is \(1, 8, 48\)"),
        (change(patch_embed__proj__weight=torch.zeros(WIDTH, 3, 16, 16)), r"\(48, 3, 16, 16\) in the files"),
        (change(pos_embed=torch.zeros(1, 12, WIDTH)), "no square grid"),
        (change(pos_embed=torch.zeros(1, 17, 64)), r"pos_embed is \(1, 17, 64\)"),
        (change(mask_token=torch.zeros(1, 64)), r"mask_token is \(1, 64\)"),
        (change(norm__bias=torch.full((WIDTH,), torch.nan)), "norm.bias holds a number that is not finite"),
        ({"model": torch.zeros(1)}, "lack"),
    ],
)
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, state: dict[str, Tensor], words: str) -> None:
    path = tmp_path / "published.pth"
    torch.save(state, path)
    encoder = encoder_of()
    before = encoder.cls_token.detach().clone()
    with pytest.raises(WeightsError, match=f"published.pth does not fit the image encoder: .*{words}"):
        load_dinov2(encoder, path)
    assert torch.equal(encoder.cls_token, before)


def test_registers_without_a_place_are_named(tmp_path: Path) -> None:
    path = tmp_path / "published.pth"
    torch.save(published_state(registers=4), path)
    with pytest.raises(WeightsError, match="no place for register_tokens"):
        load_dinov2(encoder_of(registers=0), path)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "published.pth"
    torch.save({"cls_token": Path("x")}, path)
    with pytest.raises(WeightsError, match="no file of tensors"):
        load_dinov2(encoder_of(), path)
    path.write_bytes(b"")
    with pytest.raises(WeightsError, match="no file of tensors"):
        load_dinov2(encoder_of(), path)
