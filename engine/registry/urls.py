"""Routes of the room, below /api/."""

from django.urls import path

from engine.registry.api import (
    CheckpointListView,
    CheckpointView,
    DeploymentListView,
    ModelServerView,
    RollbackView,
)

urlpatterns = [
    path("checkpoints/", CheckpointListView.as_view(), name="checkpoint-list"),
    path("checkpoints/<str:checkpoint_sha256>/", CheckpointView.as_view(), name="checkpoint-detail"),
    path("deployments/", DeploymentListView.as_view(), name="deployment-list"),
    path("deployments/rollback/", RollbackView.as_view(), name="rollback"),
    path("model-server/", ModelServerView.as_view(), name="model-server"),
]
