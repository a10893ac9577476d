"""How the engine starts a trainer and what it reads back: a run folder, one JSON line a step, one report.

A trainer is started as ``python -m trainers.STAGE RUN_FOLDER`` (or through torchrun). It reads ``run.json``,
appends to ``progress.jsonl``, keeps what it needs to resume under ``state/`` and, when done, writes the
checkpoint under ``checkpoint/`` (``card.json`` and safetensors, card last). Started again on the same folder, it
resumes; started on a finished folder, it exits 0 at once. SIGTERM makes it save its state and exit 143.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from contracts.checkpoint import Sha256

RUN_NAME = "run.json"
PROGRESS_NAME = "progress.jsonl"
STATE_FOLDER = "state"
CHECKPOINT_FOLDER = "checkpoint"
CARD_NAME = "card.json"
REPORT_NAME = "report.json"


class TrainingAsk(BaseModel):
    """``run.json`` of a training stage. Paths are absolute or relative to the run folder."""

    model_config = ConfigDict(extra="forbid")

    stage: Literal["sft", "dpo"]
    recipe: str = Field(description="A function of trainers.recipes, e.g. 'debug'")
    dataset_folder: str
    initial_checkpoint_folder: str
    dataset_sha256: Sha256
    seed: int = Field(ge=0)
    steps: int | None = Field(default=None, ge=1, description="Overrides the recipe's number of steps")
    rate_factor: float = Field(default=1.0, gt=0, le=10, description="Multiplies the recipe's learning rates")


class ProgressLine(BaseModel):
    """One line of ``progress.jsonl``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int = Field(ge=0)
    n_steps: int = Field(ge=1)
    loss: FiniteFloat
    eta_seconds: float = Field(ge=0)
    metrics: dict[str, FiniteFloat] = Field(default_factory=dict)


class EvaluationAsk(BaseModel):
    """``run.json`` of ``trainers.evaluate``: the same held-out objects and seeds for every checkpoint compared."""

    model_config = ConfigDict(extra="forbid")

    dataset_folder: str = Field(description="A dataset folder whose manifest says split = heldout")
    checkpoint_folder: str
    seed: int = Field(ge=0)
    n_seeds: int = Field(default=2, ge=1, le=64)
    steps: int = Field(ge=1)
    guidance: float = Field(ge=0)


class ObjectScore(BaseModel):
    """Mean scores of one held-out object over the seeds. Higher is better except for ``chamfer``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target_id: int
    voxel_iou: FiniteFloat = Field(ge=0, le=1)
    f1: FiniteFloat = Field(ge=0, le=1)
    chamfer: FiniteFloat = Field(ge=0)
    is_simulated: bool


class EvaluationReport(BaseModel):
    """``report.json``: one score an object, so that two checkpoints can be compared in pairs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    checkpoint_sha256: Sha256
    dataset_sha256: Sha256
    seed: int
    n_seeds: int
    steps: int
    guidance: float
    scores: list[ObjectScore]
