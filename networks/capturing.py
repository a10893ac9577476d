"""Steps recorded once as CUDA graphs and then replayed: a step is a thousand kernels, too many to launch one by one."""

import warnings
from collections import OrderedDict
from collections.abc import Callable

import torch

from networks.trajectory import Trajectory

# Each size keeps its condition keys in memory: 24 blocks of the largest network hold 1.5 GB an object.
MOST_SIZES = 3
# Libraries choose their kernels and take their workspaces at the first run, which a recording must not contain.
_WARM_UP_RUNS = 2


def cuda_graph_of(device: torch.device, work: Callable[[], None]) -> Callable[[], None]:
    """Run ``work`` twice, record it, and return what replays it; its tensors must stay where they are."""
    with torch.cuda.device(device):
        stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UP_RUNS):
                work()
        torch.cuda.current_stream(device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # Another thread may be warming up the next checkpoint: only this thread's calls count as part of the recording.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            work()
    return graph.replay


class CapturedSteps:
    """The two kinds of step, guided and not, of the sizes met last."""

    def __init__(
        self,
        step: Callable[[Trajectory, bool], None],
        capture: Callable[[Callable[[], None]], Callable[[], None]],
        most: int = MOST_SIZES,
    ) -> None:
        self._step = step
        self._capture = capture
        self._most = most
        self._paths: OrderedDict[tuple[int, ...], Trajectory] = OrderedDict()
        self._replays: dict[tuple[tuple[int, ...], bool], Callable[[], None]] = {}

    def place(self, path: Trajectory) -> Trajectory:
        """Copy ``path`` to where the recorded steps of its size work, and return that."""
        size = path.size
        placed = self._paths.pop(size, None)
        if placed is None:
            placed = path
            while len(self._paths) >= self._most:
                self._forget(next(iter(self._paths)))
        else:
            torch._foreach_copy_(placed.tensors(), path.tensors())
        self._paths[size] = placed
        return placed

    def take(self, path: Trajectory, is_guided: bool) -> None:
        """Move a path that ``place`` returned on by one step."""
        kind = (path.size, is_guided)
        if kind not in self._replays:
            state = (path.shape_BCXYZ.clone(), path.layout_BK.clone())
            self._replays[kind] = self._record(lambda: self._step(path, is_guided))
            # Recording moved the path.
            path.shape_BCXYZ.copy_(state[0])
            path.layout_BK.copy_(state[1])
        self._replays[kind]()

    def _record(self, work: Callable[[], None]) -> Callable[[], None]:
        try:
            return self._capture(work)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            warnings.warn(f"steps run slower, for they cannot be recorded: {error}", RuntimeWarning, stacklevel=2)
            return work

    def _forget(self, size: tuple[int, ...]) -> None:
        del self._paths[size]
        for is_guided in (False, True):
            self._replays.pop((size, is_guided), None)
