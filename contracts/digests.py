"""Content digests: how anything that leaves a process is named."""

import hashlib
import json
from typing import Any


def sha256_hex(content: bytes) -> str:
    """Return the lower-case hexadecimal SHA-256 of ``content``."""
    return hashlib.sha256(content).hexdigest()


def canonical_json(value: Any) -> bytes:
    """Encode ``value`` so that equal values give equal bytes: sorted keys, no spaces, UTF-8, no NaN.

    Raises ValueError for NaN and infinities, which JSON cannot carry.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256_of_json(value: Any) -> str:
    """Return the digest of ``canonical_json(value)``."""
    return sha256_hex(canonical_json(value))
