"""Slows down whoever guesses passwords. Counts lie in Valkey, shared by all web processes.

A try is counted before its password is looked at, so that many sent at once are no way around. The first few of a name
from one address are free; after that each try shuts the gate behind it, for twice as long as the one before, up to some
minutes. The right password wipes the count. Nobody is shut out for longer than that, and not by strangers elsewhere:
a name is counted by address. Addresses are counted too, far more patiently, for many people may share one.

Names that nobody has are treated like any other: how long the wait is says nothing about who exists.
"""

import math
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from contracts.digests import sha256_hex
from engine.core.clock import now
from engine.core.errors import TooManyRequests

log = structlog.get_logger(__name__)

# Seconds without a try after which the count begins anew. Longer than any wait, or waiting would wipe the count.
_FORGOTTEN_AFTER = 900


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How many tries are free, and how long the gate stays shut after each further one."""

    free: int
    first_wait: int
    longest_wait: int

    def wait_after(self, n_tries: int) -> int:
        """Return for how many seconds the gate shuts after the ``n_tries``-th try in a row, 0 while they are free."""
        if n_tries < self.free:
            return 0
        # The exponent is bounded: somebody may try for a year.
        return min(self.longest_wait, self.first_wait << min(n_tries - self.free, 30))


NAME_AT_ADDRESS = Patience(free=5, first_wait=5, longest_wait=300)
ADDRESS = Patience(free=100, first_wait=1, longest_wait=10)


def _digest(*parts: str) -> str:
    # Names may be of any length and contain anything; keys may not, and need not tell whom they are about.
    return sha256_hex("\0".join(parts).encode("utf-8", "surrogatepass"))


def _count(key: str) -> int:
    cache.add(f"{key}:tries", 0, timeout=_FORGOTTEN_AFTER)
    try:
        n_tries = cache.incr(f"{key}:tries")
    except ValueError:
        # Forgotten just now, between the two.
        return 1
    cache.touch(f"{key}:tries", timeout=_FORGOTTEN_AFTER)
    return int(n_tries)


def _seconds_shut(key: str) -> int:
    shut_until: float | None = cache.get(f"{key}:shut_until")
    return 0 if shut_until is None else max(1, math.ceil(shut_until - now().timestamp()))


def _pass(key: str, patience: Patience) -> int:
    """Count one try and let it pass, or return the seconds to wait. Of several at once, only one passes a gate."""
    if seconds := _seconds_shut(key):
        return seconds
    wait = patience.wait_after(_count(key))
    if wait and not cache.add(f"{key}:shut_until", now().timestamp() + wait, timeout=wait):
        return _seconds_shut(key) or 1
    return 0


def _take_back(key: str) -> None:
    with suppress(ValueError):  # forgotten meanwhile
        cache.decr(f"{key}:tries")


@contextmanager
def _without_it_if_down() -> Iterator[None]:
    # People keep working while Valkey is away. That guessing is free meanwhile is the lesser evil.
    try:
        yield
    except (RedisError, OSError) as error:
        log.warning("sign_in_not_counted", error=str(error))


class Brake:
    """The gate in front of one name at one address."""

    def __init__(self, *, username: str, address: str) -> None:
        name = unicodedata.normalize("NFKC", username)
        self._of_name = f"sign-in:name:{_digest(name, address)}"
        self._of_address = f"sign-in:address:{_digest(address)}"

    def admit(self) -> None:
        """Count a try. Raises TooManyRequests with the seconds to wait."""
        seconds = 0
        with _without_it_if_down():
            seconds = _pass(self._of_name, NAME_AT_ADDRESS) or _pass(self._of_address, ADDRESS)
        if seconds:
            raise TooManyRequests(
                f"Too many attempts to log in. Wait {_spoken(seconds)}, then try again.",
                code="too_many_attempts", seconds=seconds,
            )  # fmt: skip

    def release(self) -> None:
        """The password was right: forget the tries of this name, and this one of the address. Its others stay, or one
        account of one's own would do to guess at all others.
        """
        with _without_it_if_down():
            cache.delete_many([f"{self._of_name}:tries", f"{self._of_name}:shut_until"])
            _take_back(self._of_address)


def _spoken(seconds: int) -> str:
    if seconds <= 90:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    return f"{math.ceil(seconds / 60)} minutes"
