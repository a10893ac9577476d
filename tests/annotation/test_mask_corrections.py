"""Masks are corrected: who may, what becomes of candidates, tasks, doubts and training data."""

import io
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from engine.annotation.models import Assignment, AssignmentKind, AssignmentState, GoldPair, MaskFlag
from engine.annotation.tasks import open_ready_assignments
from engine.candidates.models import Candidate, GenerationRequest
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.photos.models import MaskVersion, TargetObject
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target
from engine.records.models import Record
from engine.records.services import derive_records, freeze_records
from tests.annotation.answers import submit_body
from tests.candidates.factories import make_target, mask_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]
OTHER_BOX = (40, 20, 30, 30)
