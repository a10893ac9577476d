"""The demo's people: one per role. No Django here: the launcher prints them before any database exists."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """One demo login."""

    username: str
    display_name: str
    role: str


DEMO_PEOPLE = (
    DemoPerson(username="anna", display_name="Anna (annotator)", role="annotator"),
    DemoPerson(username="arto", display_name="Arto (artist)", role="artist"),
    DemoPerson(username="rosa", display_name="Rosa (reviewer)", role="reviewer"),
    DemoPerson(username="mila", display_name="Mila (ML lead)", role="ml_lead"),
    DemoPerson(username="admin", display_name="Admin", role="admin"),
)


def demo_password() -> str:
    """Return the password of every demo login: ``FLYWHEEL_DEMO_PASSWORD``, or one that anybody may know.

    The demo listens on 127.0.0.1 unless told otherwise; whoever opens it to a network sets the variable.
    """
    return os.environ.get("FLYWHEEL_DEMO_PASSWORD", "flywheel-demo")
