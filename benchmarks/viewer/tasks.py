"""The annotate page's API with tasks without end and nothing behind it: the browser is what is measured."""

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

CANDIDATES = 8
LEASE = timedelta(minutes=10)

_RATINGS = ["Poor", "Weak", "Fair", "Good", "Excellent"]
_CALL = re.compile(r"^/api/assignments/(\d+)/(\w[\w-]*)/$")


def mesh_url(task: int, place: int) -> str:
    """Return an address of its own for every candidate of every task."""
    return f"/assets/{task}-{place}.glb"


def _assignment(number: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": number,
        "target_id": number,
        "lease_token": f"token-{number}",
        "lease_expires_at": (now + LEASE).isoformat(),
        "server_time": now.isoformat(),
        "photo": {"image_url": f"/assets/photo-{number}.png", "width": 640, "height": 480},
        "mask_url": f"/assets/mask-{number}.png",
        "candidates": [
            {"id": f"{number}-{place}", "mesh_url": mesh_url(number, place), "preview_url": None}
            for place in range(CANDIDATES)
        ],
        "draft": None,
        "rating_scale": [{"value": place / 4, "label": label} for place, label in enumerate(_RATINGS)],
        "rejection_reasons": [{"code": "floaters", "label": "Loose pieces"}],
        "campaign": {"id": 1, "name": "Everything", "instructions": "", "is_practice": False},
    }


@dataclass
class Tasks:
    """Tasks in the order of their numbers; answers are counted and thrown away."""

    answered: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Return status and JSON of one call."""
        if path == "/api/assignments/next/":
            return 200, self._next(set(body.get("exclude") or []))
        call = _CALL.match(path)
        if call is None:
            return self._other(path)
        number, verb = int(call[1]), call[2]
        if verb == "submit":
            with self.lock:
                self.answered.add(number)
            return 201, {"choice_id": number, "next": None, "feedback": None}
        now = datetime.now(UTC)
        lease = {"lease_expires_at": (now + LEASE).isoformat(), "server_time": now.isoformat()}
        return 200, {**lease, "saved_at": now.isoformat()}

    def _next(self, excluded: set[int]) -> dict[str, Any]:
        with self.lock:
            taken = self.answered | excluded
            number = next(one for one in range(1, len(taken) + 2) if one not in taken)
        return {"assignment": _assignment(number), "empty_reason": None, "empty_message": ""}

    def _other(self, path: str) -> tuple[int, Any]:
        if path != "/api/annotation/progress/":
            return 404, {"errors": [{"field": None, "code": "not_found", "reason": "Not part of the benchmark."}]}
        n = len(self.answered)
        return 200, {
            "today": n, "total": n, "streak_days": 1, "campaigns": [], "agreement": None, "gold": None,
            "is_paused": False,
        }  # fmt: skip
