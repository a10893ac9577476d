"""Last step of a round: the gate decides, and an accepted challenger goes live in the same transaction."""

from django.db import transaction

from contracts.training import EvaluationReport, ObjectScore
from engine.registry.selectors import live_deployment
from engine.registry.services import deploy_checkpoint
from engine.rounds.judging import GateRule, judge
from engine.rounds.models import Round, RoundState
from engine.rounds.services.evaluating import challenger_of
from engine.rounds.services.lease import Heartbeat, LeaseLost
from engine.rounds.services.timeline import end_round

RULE = GateRule()


@transaction.atomic
def decide_round(*, round_: Round, heartbeat: Heartbeat) -> None:
    """Judge by the scores of the two evaluations; deploy or refuse with the reason."""
    held = Round.objects.select_for_update().filter(pk=round_.pk, worker_token=heartbeat.worker_token)
    if not held.exists():
        raise LeaseLost
    verdict = judge(live=_scores(round_, "live"), challenger=_scores(round_, "challenger"), seed=round_.seed, rule=RULE)
    now_live = live_deployment()
    is_stale = now_live is None or now_live.checkpoint_id != round_.live_checkpoint_id
    reason = verdict.reason
    if is_stale:
        reason = f"Another checkpoint went live during the round, so nothing was deployed. {reason}"
    deployment = None
    challenger = challenger_of(round_)
    if verdict.is_accepted and not is_stale and challenger is not None:
        deployment = deploy_checkpoint(
            checkpoint=challenger, reason=f"Round {round_.pk}: {reason}", by=round_.started_by
        )
    end_round(
        round_id=round_.pk,
        worker_token=heartbeat.worker_token,
        state=RoundState.REFUSED if deployment is None else RoundState.DEPLOYED,
        reason=reason,
        deployment=deployment,
        verdict={**verdict.as_json(), "is_accepted": deployment is not None, "reason": reason},
    )


def _scores(round_: Round, role: str) -> list[ObjectScore]:
    evaluation = round_.evaluations.filter(role=role).first()
    return EvaluationReport.model_validate(evaluation.report).scores if evaluation else []
