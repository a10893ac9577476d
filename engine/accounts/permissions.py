"""Who may call an endpoint. Every API view states it as ``permission_classes = [Anybody | IsSignedIn | roles(...)]``."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from engine.accounts.models import Role


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
        return bool(request.user and request.user.is_authenticated)


class HasRole(BasePermission):
    """People with one of the ``allowed_roles`` of the concrete class."""

    allowed_roles: frozenset[str] = frozenset()

    def has_permission(self, request: Request, view: Any) -> bool:
        """Allow a signed-in person with one of the roles."""
        user = request.user
        return bool(user and user.is_authenticated and user.has_any_role(*self.allowed_roles))


def roles(*allowed: Role) -> type[HasRole]:
    """Return the permission class for these roles; admins always pass."""
    return type("HasRoleOf_" + "_".join(allowed), (HasRole,), {"allowed_roles": frozenset(allowed)})
