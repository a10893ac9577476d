"""Choosing generators by name."""

import pytest

from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.generators.network import NetworkGenerator
from engine.candidates.generators.port import GeneratorError
from engine.candidates.generators.retrieval import RetrievalGenerator
from engine.candidates.generators.suite import (
    BUILDERS,
    OWN_GENERATORS,
    GeneratorSettings,
    SuiteEntry,
    build_generator,
    make_suite,
)

SETTINGS = GeneratorSettings(model_server_url="http://127.0.0.1:1", model_server_timeout_seconds=7)
ASK = {"photo": b"", "mask": b"", "seed": 9, "steps": 1, "guidance": 0.0}


def test_a_suite_keeps_its_order_and_counts() -> None:
    assert make_suite({"network": 4, "retrieval": 3}) == (SuiteEntry("network", 4), SuiteEntry("retrieval", 3))


@pytest.mark.parametrize("counts", [{"magic": 1}, {"network": 0}, {"network": 65}, {"fake": -1}])
def test_an_unknown_name_or_count_is_refused(counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="enerator"):
        make_suite(counts)


def test_every_name_builds_a_generator_that_bears_it() -> None:
    built = {name: build_generator(name, SETTINGS) for name in BUILDERS}
    assert {name: generator.name for name, generator in built.items()} == {name: name for name in BUILDERS}
    assert [type(built[name]) for name in ("fake", "network", "retrieval")] == [
        FakeGenerator, NetworkGenerator, RetrievalGenerator,
    ]  # fmt: skip
    assert set(BUILDERS) > OWN_GENERATORS


def test_a_pinned_checkpoint_reaches_the_network_generator() -> None:
    generator = build_generator("network", SETTINGS, checkpoint_sha256="ab" * 32)
    assert isinstance(generator, NetworkGenerator)
    assert (generator.checkpoint_sha256, generator.timeout_seconds) == ("ab" * 32, 7)


def test_the_fake_gives_the_same_for_the_same_seed_and_fails_on_demand() -> None:
    first = FakeGenerator().propose(n=3, **ASK)  # type: ignore[arg-type]
    again = FakeGenerator().propose(n=3, **ASK)  # type: ignore[arg-type]
    assert [one.glb for one in first.proposals] == [one.glb for one in again.proposals]
    assert len({one.glb for one in first.proposals}) == 3
    with pytest.raises(GeneratorError, match="out of clay"):
        FakeGenerator(error=GeneratorError("out of clay", is_retryable=True)).propose(n=1, **ASK)  # type: ignore[arg-type]
