"""One thread that runs generation requests one after the other on the live network."""

import os
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import structlog
import torch
from numpy.typing import NDArray

from contracts.generation import GeneratedCandidate, GenerationAnswer, Pose
from model_server.holder import Holder, LiveNetwork
from model_server.refusals import RefusalError
from networks.pipeline import GeneratedShape

log = structlog.get_logger(__name__)

# A guess for clients: about the time of one request on a GPU.
_RETRY_SECONDS = 5
# The web server has waited for its requests already when the worker is stopped.
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Job:
    """One decoded request."""

    photo_HW3: NDArray[np.uint8]
    mask_HW: NDArray[np.bool_]
    seeds: list[int]
    steps: int
    guidance: float
    checkpoint_sha256: str | None
    points_HW3: NDArray[np.float32] | None = None


class Worker:
    """A bounded queue and the thread that empties it."""

    def __init__(self, holder: Holder, queue_length: int, niceness: int = 0) -> None:
        self.holder = holder
        self._niceness = niceness
        self._queue: queue.Queue[tuple[Job, Future[GenerationAnswer]] | None] = queue.Queue(queue_length)
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._open = 0
        self._lock = threading.Lock()

    @property
    def requests_running(self) -> int:
        """Requests taken and not yet answered, waiting ones included."""
        return self._open

    @property
    def requests_waiting(self) -> int:
        """Requests in the queue."""
        return self._queue.qsize()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Drop what is queued and end the thread; a request that runs on beyond the grace is abandoned."""
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is not None:
                item[1].cancel()
                self._close()
        self._queue.put(None)
        self._thread.join(_STOP_SECONDS)

    def submit(self, job: Job) -> "Future[GenerationAnswer]":
        """Queue a job. RefusalError: 503 when nothing is loaded or the queue is full, 409 on another checkpoint."""
        self._take_live(job)
        future: Future[GenerationAnswer] = Future()
        with self._lock:
            self._open += 1
        try:
            self._queue.put_nowait((job, future))
        except queue.Full as error:
            self._close()
            raise RefusalError(503, "Too many requests are waiting; try again.", retry_after=_RETRY_SECONDS) from error
        return future

    def _close(self) -> None:
        with self._lock:
            self._open -= 1

    def _take_live(self, job: Job) -> LiveNetwork:
        live = self.holder.live
        if live is None:
            raise RefusalError(503, "No checkpoint has been loaded yet.", retry_after=_RETRY_SECONDS)
        if job.checkpoint_sha256 not in {None, live.checkpoint_sha256}:
            reason = f"Checkpoint {live.checkpoint_sha256} is live, not the one asked for."
            raise RefusalError(409, reason, "checkpoint_sha256")
        return live

    def _run(self) -> None:
        if self._niceness:
            # Of this thread and of those that it will compute with; answers to the health check stay quick.
            thread = threading.get_native_id()
            now = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, min(19, now + self._niceness))
        while (item := self._queue.get()) is not None:
            job, future = item
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(self._answer(job))
            except RefusalError as refusal:
                future.set_exception(refusal)
            except torch.OutOfMemoryError:
                torch.cuda.empty_cache()
                future.set_exception(
                    RefusalError(503, "The GPU has too little memory for this many candidates.", "n", 60)
                )
            except Exception as error:  # the thread must outlive whatever one request does
                log.exception("generation failed")
                future.set_exception(RefusalError(500, f"Generation failed: {type(error).__name__}: {error}"))
            finally:
                self._close()

    def _answer(self, job: Job) -> GenerationAnswer:
        live = self._take_live(job)
        shapes = live.pipeline.generate(job.photo_HW3, job.mask_HW, job.seeds, job.steps, job.guidance, job.points_HW3)
        candidates = [_to_candidate(shape) for shape in shapes if shape is not None]
        return GenerationAnswer(
            checkpoint_sha256=live.checkpoint_sha256, candidates=candidates, n_empty=len(shapes) - len(candidates)
        )


def _to_candidate(shape: GeneratedShape) -> GeneratedCandidate:
    pose = Pose.model_validate(
        {
            "rotation": shape.rotation_33.tolist(),
            "translation": shape.translation_3.tolist(),
            "scale": shape.scale_3.tolist(),
        }
    )
    # model_construct: Base64Bytes would decode bytes that were never encoded.
    return GeneratedCandidate.model_construct(
        seed=shape.seed, glb=shape.to_glb(), preview_png=shape.to_preview_png(), pose=pose, seconds=shape.seconds
    )
