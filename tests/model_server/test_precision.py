"""On a CPU the server samples in the number type that the CPU computes in, and gives way where it is told to."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from model_server.fetching import WeightsCache
from model_server.holder import Holder
from model_server.precision import cpu_has_bfloat16
from model_server.settings import ServerSettings
from model_server.worker import Worker
from networks.crops import make_streams
from networks.pipeline import GeometryPipeline, load_networks
from networks.sampling import Sampler
from trainers.checkpoints import read_card

SMALL = Path(__file__).parents[2] / "engine/demo/seed/checkpoint"


@pytest.mark.parametrize(
    ("flags", "has_it"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16 sse", True),
        ("flags\t\t: amx_tile amx_bf16", True),
        ("flags\t\t: fpu avx512f avx512bw", False),
        ("Features\t: fp asimd bf16", False),
        ("", False),
    ],
)
def test_only_a_cpu_that_says_so_computes_in_bfloat16(flags: str, has_it: bool, tmp_path: Path) -> None:
    facts = tmp_path / "cpuinfo"
    facts.write_text(f"processor\t: 0\nbugs\t\t: none avx512_bf16_bug\n{flags}\n")
    assert cpu_has_bfloat16(facts) is has_it


def test_a_system_that_says_nothing_is_taken_to_have_none(tmp_path: Path) -> None:
    assert not cpu_has_bfloat16(tmp_path / "missing")


def test_the_precision_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for chosen, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        monkeypatch.setenv("MODEL_SERVER_PRECISION", chosen)
        assert ServerSettings().cpu_dtype() is dtype


def test_shapes_in_bfloat16_are_those_in_float32_but_for_a_few_cells() -> None:
    card = read_card(SMALL)
    networks = load_networks(card.network, [SMALL / file.name for file in card.files], "cpu")
    photo = np.full((96, 96, 3), 200, dtype=np.uint8)
    photo[30:80, 36:60] = (120, 60, 30)
    mask = np.zeros((96, 96), dtype=bool)
    mask[30:80, 36:60] = True
    streams = make_streams(photo, mask, networks.config.image_size, None)
    solids = []
    for dtype in (torch.float32, torch.bfloat16):
        pipeline = GeometryPipeline(networks, sampler=Sampler(networks.geometry.transformer, dtype=dtype))
        solids.append(pipeline.predict(streams, [1, 2, 3, 4], steps=12, guidance=2.0)[0] > 0)
    union = (solids[0] | solids[1]).sum((1, 2, 3))
    assert union.min() > 100
    assert ((solids[0] & solids[1]).sum((1, 2, 3)) / union).mean() > 0.9


def test_generating_gives_way_and_the_rest_of_the_server_does_not(tmp_path: Path) -> None:
    cache = WeightsCache(tmp_path, most_bytes=0, checkpoint_bytes=1, fetch_seconds=1)
    before = os.getpriority(os.PRIO_PROCESS, 0)
    worker = Worker(Holder(cache, torch.device("cpu")), queue_length=1, niceness=7)
    worker.start()
    try:
        thread = worker._thread.native_id
        assert thread is not None
        deadline = time.monotonic() + 30
        while os.getpriority(os.PRIO_PROCESS, thread) != before + 7 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert os.getpriority(os.PRIO_PROCESS, thread) == before + 7
        assert os.getpriority(os.PRIO_PROCESS, 0) == before
    finally:
        worker.stop()
