"""What Prometheus reads from GET /metrics."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)


class Metrics:
    """The server's own registry: several apps in one test do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "model_server_requests", "Answers by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "model_server_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.candidates = Counter(
            "model_server_candidates",
            "Candidates made, and those that came out empty.",
            ["outcome"],
            registry=self.registry,
        )
        self.loads = Counter("model_server_loads", "Checkpoint loads by result.", ["result"], registry=self.registry)
        self.checkpoint = Gauge(
            "model_server_checkpoint_info", "1 for the live checkpoint.", ["checkpoint_sha256"], registry=self.registry
        )
        self.queue = Gauge("model_server_queue_length", "Requests that wait.", registry=self.registry)

    def watch_queue(self, length: Callable[[], int]) -> None:
        """Read the queue's length whenever the metrics are read."""
        self.queue.set_function(length)

    def show_checkpoint(self, checkpoint_sha256: str) -> None:
        """Name the live checkpoint, and no other."""
        self.checkpoint.clear()
        self.checkpoint.labels(checkpoint_sha256).set(1)
