"""Routes of the room, below /api/."""

from django.urls import path

from engine.photos.api import MaskVersionView, PhotoImageView, TargetMaskView
from engine.photos.pointmap_api import PhotoPointmapsView, PointmapGridView

urlpatterns = [
    path("assets/photos/<int:photo_id>/image", PhotoImageView.as_view(), name="photo-image"),
    path("photos/<int:photo_id>/pointmaps/", PhotoPointmapsView.as_view(), name="photo-pointmaps"),
    path("assets/photos/<int:photo_id>/points/<int:version>", PointmapGridView.as_view(), name="photo-points"),
    path("assets/targets/<int:target_id>/mask", TargetMaskView.as_view(), name="target-mask"),
    path("assets/targets/<int:target_id>/masks/<int:version>", MaskVersionView.as_view(), name="mask-version"),
]
