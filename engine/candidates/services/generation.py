"""Runs a request: asks its generator, packs what came, and writes the candidates in one go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction

from engine.candidates.coarsening import coarsen
from engine.candidates.generators.asking_again import propose_in_full
from engine.candidates.generators.port import Generator, GeneratorError, Proposal, ProposalBatch
from engine.candidates.generators.suite import OWN_GENERATORS, GeneratorSettings, build_generator
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.packing import PackingError, pack, write_glb
from engine.candidates.previews import draw_preview
from engine.candidates.services.claims import claim_generation_request, fail_generation_request, lock_claimed
from engine.core.clock import now
from engine.core.errors import EngineError, Unavailable
from engine.core.storage import blob_store
from engine.photos.models import PointmapVersion
from engine.photos.selectors import latest_pointmap
from engine.photos.services.pointmaps import points_for_generators
from engine.registry.models import Checkpoint
from engine.registry.selectors import live_checkpoint

log = structlog.get_logger(__name__)

# Name and, for a generator of our own, the checkpoint that it must use.
GeneratorFactory = Callable[[str, str | None], Generator]


@dataclass(frozen=True, kw_only=True)
class _StoredProposal:
    proposal: Proposal
    glb_sha256: str
    lod_sha256: str | None
    preview_sha256: str


def generator_of_suite(name: str, checkpoint_sha256: str | None) -> Generator:
    """Return a generator of the suite with the settings of this process. Raises GeneratorError for an unknown one."""
    environment = settings.ENVIRONMENT
    token = environment.model_server_token
    surroundings = GeneratorSettings(
        model_server_url=environment.model_server_url,
        model_server_token=token.get_secret_value() if token else None,
        model_server_timeout_seconds=environment.model_server_timeout_seconds,
    )
    try:
        return build_generator(name, surroundings, checkpoint_sha256=checkpoint_sha256)
    except KeyError:
        raise GeneratorError(f"There is no generator called {name}.", is_retryable=False) from None


def run_generation(*, request_id: int, factory: GeneratorFactory = generator_of_suite) -> list[Candidate]:
    """Claim a request, generate, store; return its new candidates.

    Nothing is returned when the request is not due, is another worker's, or failed: then its row says why.
    """
    claim = claim_generation_request(request_id=request_id)
    if claim is None:
        return []
    try:
        return _generate(claim, factory)
    except GeneratorError as error:
        fail_generation_request(
            claim=claim, reason=error.reason, is_retryable=error.is_retryable, is_counted=error.is_counted
        )
    except Unavailable as error:
        fail_generation_request(claim=claim, reason=str(error), is_retryable=True, is_counted=False)
    except EngineError as error:
        fail_generation_request(claim=claim, reason=str(error), is_retryable=False)
    except DatabaseError:
        # Nothing can be written now: the lease runs out and the sweep finds the request.
        raise
    except Exception as error:
        log.exception("generation_crashed", request_id=claim.pk)
        reason = f"The generator stopped with {type(error).__name__}: {error}"
        fail_generation_request(claim=claim, reason=reason, is_retryable=True)
    return []


def _generate(claim: GenerationRequest, factory: GeneratorFactory) -> list[Candidate]:
    store, target = blob_store(), claim.target
    generator = factory(claim.generator, _checkpoint_to_use(claim.generator))
    pointmap = latest_pointmap(target.photo_id)
    batch = propose_in_full(
        generator,
        photo=store.get(target.photo.photo_sha256),
        mask=store.get(target.mask_sha256),
        n=claim.n,
        seed=claim.seed,
        steps=claim.steps,
        guidance=claim.guidance,
        points=None if pointmap is None else points_for_generators(pointmap),
        has_time=lambda: _has_time_for_an_ask(claim),
    )
    checkpoint = _checkpoint_of(batch)
    stored = _store(batch)
    return _write_candidates(claim, stored, checkpoint, pointmap)


def _has_time_for_an_ask(claim: GenerationRequest) -> bool:
    # Past the lease another worker begins anew, and what came late is thrown away.
    longest = timedelta(seconds=settings.ENVIRONMENT.model_server_timeout_seconds)
    return claim.lease_expires_at is not None and now() + longest < claim.lease_expires_at


def _checkpoint_to_use(generator: str) -> str | None:
    if generator not in OWN_GENERATORS:
        return None
    checkpoint = live_checkpoint()
    if checkpoint is None:
        raise GeneratorError("No checkpoint is live yet; deploy one.", is_retryable=True)
    return checkpoint.checkpoint_sha256


def _checkpoint_of(batch: ProposalBatch) -> Checkpoint | None:
    if batch.checkpoint_sha256 is None:
        return None
    checkpoint = Checkpoint.objects.filter(checkpoint_sha256=batch.checkpoint_sha256).first()
    if checkpoint is None:
        raise GeneratorError(
            f"The answer names checkpoint {batch.checkpoint_sha256[:12]}, which the registry does not know.",
            is_retryable=True,
        )
    return checkpoint


def _store(batch: ProposalBatch) -> list[_StoredProposal]:
    store, stored, refusals = blob_store(), [], []
    for proposal in batch.proposals:
        try:
            glb, shape = pack(proposal.glb)
        except PackingError as error:
            refusals.append(f"seed {proposal.seed}: {error}")
            continue
        coarse = coarsen(shape)
        stored.append(
            _StoredProposal(
                proposal=proposal,
                glb_sha256=store.put(glb, content_type="model/gltf-binary"),
                lod_sha256=store.put(write_glb(coarse), content_type="model/gltf-binary") if coarse else None,
                # Drawn here and not taken from the generator: each has a renderer of its own, and it would show.
                preview_sha256=store.put(draw_preview(shape), content_type="image/png"),
            )
        )
    if not stored:
        reason = " ".join(refusals) or "The generator proposed nothing for this object."
        raise GeneratorError(reason, is_retryable=False)
    if refusals:
        log.warning("proposals_refused", reasons=refusals)
    return stored


@transaction.atomic
def _write_candidates(
    claim: GenerationRequest,
    stored: list[_StoredProposal],
    checkpoint: Checkpoint | None,
    pointmap: PointmapVersion | None,
) -> list[Candidate]:
    row = lock_claimed(claim)
    if row is None:
        log.warning("generation_result_late", request_id=claim.pk)
        return []
    candidates = Candidate.objects.bulk_create(
        Candidate(
            request=row,
            target_id=row.target_id,
            ordinal=ordinal,
            generator=row.generator,
            checkpoint=checkpoint,
            seed=one.proposal.seed,
            steps=row.steps,
            guidance=row.guidance,
            glb_sha256=one.glb_sha256,
            lod_sha256=one.lod_sha256,
            preview_sha256=one.preview_sha256,
            # As it was read for the ask: corrected since, it makes these candidates stale.
            mask_sha256=claim.target.mask_sha256,
            pointmap=pointmap,
            pose=one.proposal.pose.model_dump(mode="json") if one.proposal.pose else None,
            seconds=one.proposal.seconds,
        )
        for ordinal, one in enumerate(stored)
    )
    row.state = GenerationState.DONE
    row.failure_reason = ""
    row.not_before = row.worker_token = row.lease_expires_at = None
    row.finished_at = now()
    row.save()
    return candidates
