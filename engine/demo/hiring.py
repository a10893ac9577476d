"""Simulated people: rows like anybody's, marked for ever, and without a way to sign in."""

from engine.accounts.models import Person, Role
from engine.accounts.services import create_person


def hire_simulated(*, username: str, role: Role) -> Person:
    """Return the simulated person of this name; one that exists is hired again."""
    person = Person.objects.filter(username=username, is_simulated=True).first()
    return person or create_person(
        username=username, password=None, roles=[role], display_name=username.replace("-", " "), is_simulated=True
    )


def hire_simulated_annotators(*, n: int) -> list[Person]:
    """Return ``n`` simulated annotators."""
    return [hire_simulated(username=f"simulated-{number}", role=Role.ANNOTATOR) for number in range(1, n + 1)]
