"""The parts of one running server, wired together once."""

from dataclasses import dataclass

from model_server.fetching import WeightsCache
from model_server.holder import Holder
from model_server.metrics import Metrics
from model_server.settings import ServerSettings
from model_server.worker import Worker


@dataclass(frozen=True)
class Services:
    """What the routes use."""

    settings: ServerSettings
    holder: Holder
    worker: Worker
    metrics: Metrics


def build_services(settings: ServerSettings) -> Services:
    """Wire a server's parts; the worker is not started yet."""
    cache = WeightsCache(
        settings.cache_folder,
        most_bytes=settings.cache_bytes,
        checkpoint_bytes=settings.checkpoint_bytes,
        fetch_seconds=settings.fetch_seconds,
    )
    holder = Holder(cache, settings.torch_device(), settings.cpu_dtype(), is_compiled=settings.compile)
    worker = Worker(holder, settings.queue_length, settings.niceness)
    metrics = Metrics()
    metrics.watch_queue(lambda: worker.requests_waiting)
    return Services(settings=settings, holder=holder, worker=worker, metrics=metrics)
