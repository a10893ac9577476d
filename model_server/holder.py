"""Which checkpoint is live, and how another takes its place while requests go on."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from contracts.generation import LoadAnswer, LoadAsk
from model_server.fetching import WeightsCache
from model_server.refusals import RefusalError
from networks.pipeline import GeometryPipeline, Networks, load_networks
from networks.sampling import Sampler

_WARM_UP_PIXELS = 64
# A GPU records, and may compile, each number of seeds apart, and guided and unguided steps: what the engine asks for by
# default is prepared there, with the fewest steps that hold both kinds. A CPU prepares nothing.
_WARM_UP_SEEDS_AND_STEPS = {"cpu": (1, 2), "cuda": (8, 4)}


@dataclass(frozen=True)
class LiveNetwork:
    """A checkpoint in memory, ready to generate."""

    checkpoint_sha256: str
    pipeline: GeometryPipeline


class Holder:
    """Holds one live network. Whoever took it keeps it: a switch never disturbs a request that runs."""

    def __init__(
        self,
        cache: WeightsCache,
        device: torch.device,
        cpu_dtype: torch.dtype = torch.float32,
        *,
        is_compiled: bool = False,
    ) -> None:
        """``cpu_dtype`` is that of sampling on a CPU; ``is_compiled`` says how a GPU samples."""
        self.cache = cache
        self.device = device
        self.cpu_dtype = cpu_dtype
        self.is_compiled = is_compiled
        self._live: LiveNetwork | None = None
        self._loading = threading.Lock()

    @property
    def live(self) -> LiveNetwork | None:
        """The network for the next request, or None before the first load."""
        return self._live

    def load(self, ask: LoadAsk) -> LoadAnswer:
        """Fetch, verify, build and warm up beside the live network, then switch. On RefusalError the old stays.

        Loads run one after the other; the memory must hold two networks during a switch.
        """
        started = time.perf_counter()
        with self._loading:
            previous = self._live
            digest = ask.card.checkpoint_sha256
            if previous is None or previous.checkpoint_sha256 != digest:
                files = self.cache.fetch_all(ask)
                pipeline = self._build(ask, files)
                _warm_up(pipeline)
                self._live = LiveNetwork(checkpoint_sha256=digest, pipeline=pipeline)
                self.cache.prune(keep=files)
        return LoadAnswer(
            checkpoint_sha256=digest,
            previous_sha256=previous.checkpoint_sha256 if previous else None,
            seconds=time.perf_counter() - started,
        )

    def _build(self, ask: LoadAsk, files: list[Path]) -> GeometryPipeline:
        try:
            return self._pipeline(load_networks(ask.card.network, files, self.device))
        except ValueError as error:
            raise RefusalError(422, f"The checkpoint cannot be built: {error}.", "card") from error
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise RefusalError(503, "There is not enough memory for a second network.", retry_after=60) from error

    def _pipeline(self, networks: Networks) -> GeometryPipeline:
        transformer = networks.to(self.device).geometry.transformer
        if self.device.type == "cpu":
            sampler = Sampler(transformer, dtype=self.cpu_dtype)
        else:
            sampler = Sampler.fastest(transformer, is_compiled=self.is_compiled)
        return GeometryPipeline(networks, self.device, sampler=sampler)


def _warm_up(pipeline: GeometryPipeline) -> None:
    """Run the whole path once: a network that cannot must not go live, and the first request should not wait."""
    side = _WARM_UP_PIXELS
    photo = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    mask = np.zeros((side, side), dtype=bool)
    mask[side // 4 : -side // 4, side // 4 : -side // 4] = True
    try:
        n_seeds, steps = _WARM_UP_SEEDS_AND_STEPS[pipeline.device.type]
        pipeline.generate(photo, mask, range(n_seeds), steps=steps, guidance=1.0)
    except (RuntimeError, ValueError, ArithmeticError) as error:
        raise RefusalError(422, f"The checkpoint fails on a trial photo: {error}.", "card") from error
