"""The campaign of all targets that are in no other."""

from django.conf import settings
from django.db import connections

# With its fixed key the sequence knows nothing of it, and the next campaign would be given the same one.
_ENSURE = """
INSERT INTO annotation_campaign (
    id, name, overlap, is_paused, is_practice, gives_feedback, priority, gold_rate, repeat_rate, instructions, skills,
    shows_agreement, created_at
) VALUES (1, 'Everything', %s, false, false, false, 0, 0, 0, '', '{}', false, now()) ON CONFLICT DO NOTHING
"""
_MOVE_SEQUENCE = """
SELECT setval(pg_get_serial_sequence('annotation_campaign', 'id'), (SELECT max(id) FROM annotation_campaign))
"""


def ensure_default_campaign(*, using: str = "default") -> None:
    """Create the default campaign if it is missing, with the overlap that the environment names."""
    with connections[using].cursor() as cursor:
        cursor.execute(_ENSURE, [settings.ENVIRONMENT.annotation_overlap])
        if cursor.rowcount:
            cursor.execute(_MOVE_SEQUENCE)
