"""Routes of the room, below /api/."""

from django.urls import path

from engine.candidates.api import assets, intake, targets

urlpatterns = [
    path("photos/", intake.PhotoListView.as_view(), name="photo-list"),
    path("photos/<int:photo_id>/", intake.PhotoView.as_view(), name="photo-detail"),
    path("photos/<int:photo_id>/targets/", intake.PhotoTargetsView.as_view(), name="photo-targets"),
    path("imports/folder/", intake.FolderImportView.as_view(), name="import-folder"),
    path("imports/coco/", intake.CocoImportView.as_view(), name="import-coco"),
    path("targets/", targets.TargetListView.as_view(), name="target-list"),
    path("targets/<int:target_id>/", targets.TargetView.as_view(), name="target-detail"),
    path("targets/<int:target_id>/propose/", targets.TargetProposeView.as_view(), name="target-propose"),
    path("generation-requests/", targets.GenerationRequestListView.as_view(), name="request-list"),
    path(
        "generation-requests/<int:request_id>/retry/",
        targets.GenerationRequestRetryView.as_view(),
        name="request-retry",
    ),
    path("assets/candidates/<uuid:candidate_id>/mesh", assets.CandidateMeshView.as_view(), name="candidate-mesh"),
    path("assets/candidates/<uuid:candidate_id>/lod", assets.CandidateLodView.as_view(), name="candidate-lod"),
    path(
        "assets/candidates/<uuid:candidate_id>/preview",
        assets.CandidatePreviewView.as_view(),
        name="candidate-preview",
    ),
]
