"""Writes people."""

from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from engine.accounts.models import Person, Role
from engine.core.errors import Conflict, InvalidInput, NotFound


def create_person(
    *,
    username: str,
    password: str | None,
    roles: Sequence[Role],
    display_name: str = "",
    is_simulated: bool = False,
) -> Person:
    """Create somebody who may sign in; without a password, somebody who cannot (a simulated annotator).

    Raises InvalidInput for a weak password and Conflict when the name is taken.
    """
    person = Person(username=username, display_name=display_name, roles=list(roles), is_simulated=is_simulated)
    person.is_staff = person.is_superuser = Role.ADMIN in roles
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages), code="password_weak", field="password") from error
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Conflict(
            f"Somebody is called {username} already; choose another name.", code="username_taken", field="username"
        ) from error
    return person


def note_skills(*, person_id: int, skills: Sequence[str]) -> Person:
    """Replace what the person is noted to be good at. Raises NotFound."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("There is no such person.", code="person_unknown")
    person.skills = sorted(set(skills))
    person.save(update_fields=["skills"])
    return person
