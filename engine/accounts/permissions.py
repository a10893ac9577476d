"""Who may call an endpoint: ``permission_classes = [Anybody | IsSignedIn | roles(...)]`` in every API view."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from engine.accounts.models import Person, Role


class NobodyUnlessStated(BasePermission):
    """The default: a view that states nothing is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Refuse."""
        return False


class Anybody(BasePermission):
    """Open, even without signing in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Allow."""
        return True


class IsSignedIn(BasePermission):
    """Any person, whatever the role."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Allow active people."""
        return request.user.is_authenticated


class HasRole(BasePermission):
    """People with one of the ``allowed_roles`` of the concrete class."""

    allowed_roles: frozenset[str] = frozenset()

    def has_permission(self, request: Request, view: Any) -> bool:
        """Allow a signed-in person with one of the roles."""
        user = request.user
        return isinstance(user, Person) and user.has_any_role(*self.allowed_roles)


def roles(*allowed: Role) -> type[HasRole]:
    """Return the permission class for these roles; admins always pass."""
    return type("HasRoleOf_" + "_".join(allowed), (HasRole,), {"allowed_roles": frozenset(allowed)})


def person_of(request: Request) -> Person:
    """Return the signed-in person of a view that let only people pass."""
    if not isinstance(request.user, Person):
        raise NotAuthenticated
    return request.user
