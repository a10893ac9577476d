"""The benchmark runs and measures what it says, at a size that a CPU can take."""

import copy
import json
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import sampling
from benchmarks.cpu_sampling import SEEDS, make_candidates, networks_to_measure
from benchmarks.sampling import Case, SamplingBench
from networks.config import debug_config
from networks.pipeline import GeometryPipeline

CPU = torch.device("cpu")
CASES = (Case(seeds=1, steps=4, guidance=0.0, target=1), Case(seeds=2, steps=4, guidance=7.0, target=1))


def test_every_case_gets_its_seconds_and_its_rate_before_and_after() -> None:
    figures = sampling.sampling_figures(SamplingBench(debug_config(), CPU), CASES, 2, with_eager=True)
    measured = {f"debug_{way}_{case}_{unit}" for way in ("plain", "sample", "eager") for case in ("4_b1", "4_b2")
                for unit in ("s", "tflops")}  # fmt: skip
    assert measured <= figures.keys()
    assert all(figures[name]["low"] > 0 for name in measured)
    assert all(one["low"] <= one["value"] <= one["high"] for one in figures.values())


def test_a_fast_way_that_goes_elsewhere_is_not_timed() -> None:
    bench = SamplingBench(debug_config(), CPU)
    assert bench.difference(7.0) < 1e-4
    plain = bench.transformer
    bench.transformer = copy.deepcopy(plain)
    fast = bench.sampler()
    bench.transformer, bench.sampler = plain, lambda: fast  # type: ignore[method-assign]
    assert bench.difference(7.0) < 1e-4
    fast.transformer.layout_tokens.out[0].weight.mul_(1.5)  # type: ignore[operator, union-attr]
    with pytest.raises(SystemExit, match="apart"):
        bench.difference(7.0)


def test_what_stands_outside_of_the_loop_is_measured_too() -> None:
    figures = sampling.outside_figures(debug_config(), CPU, 1)
    assert figures.keys() == {"debug_encode_b1_s", "debug_decode_b8_s"}


def test_the_command_writes_its_figures_with_what_they_were_measured_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "figures.json"
    threads = torch.get_num_threads()
    options = ["--device", "cpu", "--size", "debug", "--repeats", "1", "--threads", "1", "--commit", "abc"]
    monkeypatch.setattr(sys, "argv", ["sampling.py", *options, "--json", str(path)])
    try:
        sampling.main()
    finally:
        torch.set_num_threads(threads)
    result = json.loads(path.read_text())
    assert result["commit"] == "abc"
    assert "1 threads" in result["machine"]
    assert result["command"].startswith("python -m benchmarks.sampling --device cpu")
    assert {"cpu_candidate_s", "cpu_candidate_25_steps_s"} <= result["figures"].keys()
    assert all(one["low"] > 0 for one in result["figures"].values())


def test_a_checkpoint_is_measured_as_far_as_its_meshes() -> None:
    shipped = Path(__file__).parents[2] / "engine/demo/seed/checkpoint"
    pipeline = GeometryPipeline(networks_to_measure(shipped, debug_config()))
    assert pipeline.networks.config.name == "debug-wheel"
    assert 0 < make_candidates(pipeline, steps=2) <= len(SEEDS)
