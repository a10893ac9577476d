"""Tables of the annotation room. History here is raw and immutable; records are derived elsewhere."""

from engine.annotation.alignment.models import Alignment, AlignmentMethod, AlignmentState, AlignmentTask
from engine.annotation.models.assets import AssetProblem, AssetProblemKind
from engine.annotation.models.assignments import (
    Assignment,
    AssignmentDraft,
    AssignmentKind,
    AssignmentState,
    Skip,
    SkipReason,
)
from engine.annotation.models.campaigns import DEFAULT_CAMPAIGN_ID, AnnotatorPause, Campaign, CampaignTarget
from engine.annotation.models.choices import (
    AnswerMode,
    Choice,
    Comparison,
    ComparisonVerdict,
    Outcome,
    Rejection,
    RejectionReason,
    Viewing,
)
from engine.annotation.models.flags import MaskFlag, MaskFlagState, QualityFlag, QualityFlagKind, QualityFlagState
from engine.annotation.models.gold import GoldAnswer, GoldPair, GoldVerdict

__all__ = [
    "DEFAULT_CAMPAIGN_ID",
    "Alignment",
    "AlignmentMethod",
    "AlignmentState",
    "AlignmentTask",
    "AnnotatorPause",
    "AnswerMode",
    "AssetProblem",
    "AssetProblemKind",
    "Assignment",
    "AssignmentDraft",
    "AssignmentKind",
    "AssignmentState",
    "Campaign",
    "CampaignTarget",
    "Choice",
    "Comparison",
    "ComparisonVerdict",
    "GoldAnswer",
    "GoldPair",
    "GoldVerdict",
    "MaskFlag",
    "MaskFlagState",
    "Outcome",
    "QualityFlag",
    "QualityFlagKind",
    "QualityFlagState",
    "Rejection",
    "RejectionReason",
    "Skip",
    "SkipReason",
    "Viewing",
]
