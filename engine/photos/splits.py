"""Which objects may train and which only judge: drawn from the photo's digest, so nobody chooses."""

import hashlib


def is_held_out(photo_sha256: str, *, fraction: float) -> bool:
    """Return whether the objects of this photo are held out, as about ``fraction`` of all photos are.

    It depends on the photo alone: two objects of one photo never stand on both sides.
    """
    digest = hashlib.sha256(f"split:{photo_sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < fraction * 2**64
