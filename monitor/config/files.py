"""Reads the files that a configuration names, never more of them than allowed."""

from pathlib import Path


def read_bytes(path: Path, name: str, largest: int) -> bytes:
    """Return a file's bytes; `name` is what messages call it.

    Raises:
        ValueError: it cannot be read, or has more than `largest` bytes.
    """
    try:
        with path.open("rb") as file:
            held = file.read(largest + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise ValueError(f"file '{name}' cannot be read: {why.lower()}") from error
    if len(held) > largest:
        raise ValueError(f"file '{name}' is too big: more than {largest // 1_000_000} MB")
    return held


def read_text(path: Path, name: str, largest: int) -> str:
    """Return a file's text, with any line ends and without a byte order mark.

    Raises:
        ValueError: it cannot be read, is too big, or is not UTF-8.
    """
    held = read_bytes(path, name, largest)
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = held.count(b"\n", 0, error.start) + 1
        raise ValueError(f"file '{name}' is not text in UTF-8 (line {line}); save it as UTF-8") from None
