"""Asks next about the objects whose best candidate is most in doubt."""

from collections import defaultdict
from dataclasses import replace
from uuid import UUID

from engine.annotation.models import Assignment, AssignmentKind, AssignmentState, Choice
from engine.annotation.quality.bradley_terry import Duel, fit
from engine.annotation.selectors.agreement import duels_of, helpful_weights

# So many of the newest answers are looked at; those before them were, when they were new.
_NEWEST = 2000
# An object of which nothing is known is the most in doubt: it has priority 0, and a settled one has this.
_SETTLED = -100


def ask_where_in_doubt() -> int:
    """Order the further slots of objects answered lately by what is in doubt; return how many changed.

    They come behind the objects that nobody has seen, and those first whose best candidate is least settled. People
    count by their gold where that is shown to help, and alike otherwise.
    """
    newest = Choice.objects.filter(kind=AssignmentKind.CHOICE, revision=0).order_by("-pk")[:_NEWEST]
    targets = set(newest.values_list("target", flat=True))
    slots = Assignment.objects.filter(target__in=targets, state=AssignmentState.OPEN, kind=AssignmentKind.CHOICE)
    open_targets = set(slots.values_list("target", flat=True))
    choices = list(Choice.objects.filter(target__in=open_targets, kind=AssignmentKind.CHOICE, revision=0))
    duels, weights = duels_of(choices), helpful_weights() if choices else {}
    by_target: dict[int, list[Duel]] = defaultdict(list)
    shown: dict[int, set[UUID]] = defaultdict(set)
    for choice in choices:
        weight = weights.get(choice.annotator_id, 1.0)
        by_target[choice.target_id] += [replace(duel, weight=weight) for duel in duels[choice.pk]]
        shown[choice.target_id] |= set(choice.shown_ids)
    n_changed = 0
    for target_id, of_target in by_target.items():
        doubt = fit(of_target, ids=sorted(shown[target_id])).doubt
        priority = round(_SETTLED * (1 - doubt))
        n_changed += slots.filter(target=target_id).exclude(priority=priority).update(priority=priority)
    return n_changed
