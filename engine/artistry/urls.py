"""Routes of the artistry room, under /api/."""

from django.urls import path

from engine.artistry import api

urlpatterns = [
    path("artist-jobs/", api.ArtistJobListView.as_view()),
    path("artist-jobs/<int:job_id>/", api.ArtistJobView.as_view()),
    path("artist-jobs/<int:job_id>/take/", api.TakeJobView.as_view()),
    path("artist-jobs/<int:job_id>/release/", api.ReleaseJobView.as_view()),
    path("artist-jobs/<int:job_id>/uploads/", api.CreateUploadView.as_view()),
    path("mesh-uploads/<uuid:upload_id>/complete/", api.CompleteUploadView.as_view()),
    path("mesh-uploads/<uuid:upload_id>/review/", api.ReviewUploadView.as_view()),
    path("assets/uploads/<uuid:upload_id>/mesh", api.UploadMeshView.as_view()),
]
