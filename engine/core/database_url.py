"""Reads a PostgreSQL URL into Django's database settings."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def parse_database_url(url: str) -> dict[str, Any]:
    """Return NAME, USER, PASSWORD, HOST and PORT of ``postgresql://user:password@host:port/name?host=/socket``.

    ``?host=`` gives the folder of a unix socket and wins over the authority. Raises ValueError for another scheme
    or a missing name.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"FLYWHEEL_DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    name = parts.path.lstrip("/")
    if not name:
        raise ValueError("FLYWHEEL_DATABASE_URL names no database")
    socket_folder = parse_qs(parts.query).get("host", [None])[0]
    return {
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": socket_folder or parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
