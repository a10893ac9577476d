"""What can be done with artists' jobs and their meshes."""

from engine.artistry.services.jobs import open_job, release_job, take_job
from engine.artistry.services.review import review_upload
from engine.artistry.services.uploads import UploadTicket, complete_upload, create_upload

__all__ = [
    "UploadTicket",
    "complete_upload",
    "create_upload",
    "open_job",
    "release_job",
    "review_upload",
    "take_job",
]
