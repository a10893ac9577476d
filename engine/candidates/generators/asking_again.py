"""Asks a generator on for what came out empty, with the seeds that follow, until a target has what it was promised."""

from collections.abc import Callable

import structlog

from engine.candidates.generators.port import Generator, GeneratorError, ProposalBatch

log = structlog.get_logger(__name__)

MAX_FURTHER_ASKS = 2
# A seed stays exact in JSON and in the browser.
_SEED_END = 2**53


def propose_in_full(
    generator: Generator,
    *,
    photo: bytes,
    mask: bytes,
    n: int,
    seed: int,
    steps: int,
    guidance: float,
    points: bytes | None,
    has_time: Callable[[], bool],
) -> ProposalBatch:
    """Return ``n`` proposals where the generator has them: empty ones are asked for again, twice at most.

    A further ask uses the seeds after those tried, so the same arguments still give the same proposals. It is made
    only while ``has_time()``; one that fails leaves what there is. A generator that gives fewer without calling any
    empty has no more to give, and is not asked again. Raises GeneratorError when nothing came.
    """

    def ask(n_asked: int, first_seed: int) -> ProposalBatch:
        return generator.propose(
            photo=photo, mask=mask, n=n_asked, seed=first_seed, steps=steps, guidance=guidance, points=points
        )

    batch, next_seed = ask(n, seed), seed + n
    proposals, n_empty, n_empty_last = batch.proposals, batch.n_empty, batch.n_empty
    for _ in range(MAX_FURTHER_ASKS):
        missing = n - len(proposals)
        if missing <= 0 or n_empty_last == 0 or next_seed + missing > _SEED_END or not has_time():
            break
        try:
            further = ask(missing, next_seed)
        except GeneratorError as error:
            if not proposals:
                raise
            log.warning("further_ask_failed", reason=error.reason, missing=missing)
            break
        if further.checkpoint_sha256 != batch.checkpoint_sha256:
            # Switched in between: a request's candidates come from one checkpoint.
            break
        next_seed += missing
        proposals += further.proposals
        n_empty, n_empty_last = n_empty + further.n_empty, further.n_empty
    if not proposals and n_empty:
        raise GeneratorError(f"All shapes of {next_seed - seed} seeds came out empty.", is_retryable=False)
    return ProposalBatch(proposals=proposals, checkpoint_sha256=batch.checkpoint_sha256, n_empty=n_empty)
