"""Ids that come from what they name, so that one fact can never get two."""

from hashlib import blake2b, sha256


def derive_id(prefix: str, *parts: str, digits: int = 32) -> str:
    """Return `prefix` and the first `digits` (at most 64) hex digits of a SHA-256 over the parts.

    Parts are framed by their length, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return prefix + digest.hexdigest()[:digits]


def digest63(*parts: str) -> int:
    """Return a 63-bit digest (BLAKE2b) of the parts: a narrow key that fits a signed column."""
    digest = blake2b(digest_size=8)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return int.from_bytes(digest.digest(), "big") >> 1
