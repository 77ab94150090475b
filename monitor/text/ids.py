"""Ids that come from what they name, so that one fact can never get two."""

from collections.abc import Iterable
from hashlib import blake2b, sha256


def derive_id(prefix: str, *parts: str, digits: int = 32) -> str:
    """Return `prefix` and the first `digits` (at most 64) hex digits of a SHA-256 over the parts.

    Parts are framed by their length, so that ("ab", "c") and ("a", "bc") differ.
    """
    return prefix + sha256(_framed(parts)).hexdigest()[:digits]


def digest63(*parts: str) -> int:
    """Return a 63-bit digest (BLAKE2b) of the parts: a narrow key that fits a signed column."""
    return bytes63(_framed(parts))


def bytes63(body: bytes) -> int:
    """Return a 63-bit digest (BLAKE2b) of bytes."""
    return int.from_bytes(blake2b(body, digest_size=8).digest(), "big") >> 1


def _framed(parts: Iterable[str]) -> bytes:
    """Return the parts one behind the other, each after its length: to digest each by itself takes longer."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join([len(each).to_bytes(8, "big") + each for each in encoded])
