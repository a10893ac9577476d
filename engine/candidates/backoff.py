"""When a failed attempt is made again."""

from datetime import timedelta

FIRST_SECONDS = 5
LONGEST_SECONDS = 60
GIVEN_UP_FIRST_SECONDS = 60
GIVEN_UP_LONGEST_SECONDS = 3600
NOT_READY_DELAY = timedelta(seconds=5)


def delay_before_next(*, attempts: int, max_attempts: int) -> timedelta:
    """Return how long to wait after ``attempts`` failures that may pass.

    Up to ``max_attempts`` a request keeps trying quickly. After that it shows as failed, and is still tried now and
    then: a part of the platform that was down for a night finds its work done by itself when it returns.
    """
    if attempts < max_attempts:
        seconds = min(FIRST_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_SECONDS)
    else:
        seconds = min(GIVEN_UP_FIRST_SECONDS * 2 ** min(attempts - max_attempts, 20), GIVEN_UP_LONGEST_SECONDS)
    return timedelta(seconds=max(seconds, 1))
