"""What a column holds: moments, spans of time, words of enums, foreign text, plain JSON.

Where `result_processor` stands in place of `process_result_value`, it spares a call for each value read.
"""

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, overload

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text, TypeDecorator

from monitor.text.plain import from_plain, to_plain

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A share of 1, in 16 bits.
_WHOLE = 65535

# SQLite counts rows by itself only where the key's type is spelled INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware time, as microseconds since 1970: narrow, exact, in order on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the microseconds."""
        return None if value is None else microseconds(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:  # noqa: ARG002
        """Return what makes of microseconds the time, in UTC."""
        return lambda value: None if value is None else _EPOCH + timedelta(microseconds=value)


class Wait(TypeDecorator[timedelta]):
    """A length of time, as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the microseconds."""
        return None if value is None else as_microseconds(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], timedelta | None]:  # noqa: ARG002
        """Return what makes of microseconds the length of time."""
        return lambda value: None if value is None else timedelta(microseconds=value)


class PackedShares(Sequence[float]):
    """Numbers as `Shares` columns hold them: most are read only to be written again as they were."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def __len__(self) -> int:
        return len(self.packed) // 2

    @overload
    def __getitem__(self, at: int) -> float: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[float]: ...

    def __getitem__(self, at: int | slice) -> float | Sequence[float]:
        numbers = _low_first(self.packed)[at]
        return numbers / _WHOLE if isinstance(numbers, int) else [each / _WHOLE for each in numbers]

    def __iter__(self) -> Iterator[float]:
        # A list first: to ask a generator for each of the 168 takes twice as long.
        return iter([each / _WHOLE for each in _low_first(self.packed)])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedShares):
            return self.packed == other.packed
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class Shares(TypeDecorator[Sequence[float]]):
    """Numbers between 0 and 1, as 16 bits each: to a part in 65,535."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[float] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Return the bytes, the low one first."""
        if value is None:
            return None
        if isinstance(value, PackedShares):
            return value.packed
        return _low_first([round(each * _WHOLE) for each in value]).tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sequence[float] | None:  # noqa: ARG002
        """Return the numbers."""
        return None if value is None else PackedShares(bytes(value))


class Digests(TypeDecorator[tuple[int, ...]]):
    """Digests of 63 bits, in eight bytes each, the low one first."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Return the bytes."""
        return None if value is None else struct.pack(f"<{len(value)}q", *value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[int, ...] | None:  # noqa: ARG002
        """Return the numbers."""
        return None if value is None else struct.unpack(f"<{len(value) // 8}q", value)


class Word(TypeDecorator[StrEnum]):
    """A member of a closed enum, as its value; drivers disagree on what an enum is."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the member's value."""
        return None if value is None else self.kind(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], StrEnum | None]:  # noqa: ARG002
        """Return what makes of a value the member."""
        return lambda value: None if value is None else self.kind(value)


class Foreign(TypeDecorator[str]):
    """Text that others wrote. NUL and lone surrogates, which no database takes, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text as every database takes it."""
        return None if value is None else storable(value)


class Packed(TypeDecorator[Any]):
    """A value of the model, compressed: JSON, and behind it the bytes that it holds."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: Any) -> None:  # noqa: ANN401  (any type that `from_plain` reads)
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: object, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Return the bytes: JSON and blobs, each behind its length."""
        if value is None:
            return None
        blobs: list[bytes] = []
        # What is not ASCII takes a third of the room that its escapes would, also when compressed.
        text = json.dumps(to_plain(value, blobs), separators=(",", ":"), ensure_ascii=False)
        parts = (text.encode("utf-8", "surrogatepass"), *blobs)
        return zlib.compress(b"".join(b"%d:%b" % (len(part), part) for part in parts))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Return the value of the model."""
        if value is None:
            return None
        rest, parts = zlib.decompress(bytes(value)), []
        while rest:
            length, _, rest = rest.partition(b":")
            parts.append(rest[: int(length)])
            rest = rest[int(length) :]
        text, *blobs = parts
        return from_plain(self.kind, json.loads(text.decode("utf-8", "surrogatepass")), blobs)


class Plain(TypeDecorator[Any]):
    """A value of the model as JSON in ASCII, so that any text goes in and comes back as it was."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:  # noqa: ANN401  (any type that `from_plain` reads)
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the JSON text."""
        return None if value is None else as_ascii_json(to_plain(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Return the value of the model."""
        return None if value is None else from_plain(self.kind, json.loads(value))


def storable(text: str) -> str:
    """Return text as `Foreign` columns hold it."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def microseconds(time: datetime) -> int:
    """Return an aware time as `Moment` columns hold it."""
    return (time - _EPOCH) // _MICROSECOND


def as_microseconds(wait: timedelta) -> int:
    """Return a length of time as `Wait` columns hold it."""
    return wait // _MICROSECOND


def _low_first(numbers: bytes | Sequence[int]) -> "array[int]":
    """Return 16-bit numbers, or their bytes, as an array whose bytes have the low one first, or had."""
    those = array("H", numbers)
    if sys.byteorder == "big":
        those.byteswap()
    return those


def as_ascii_json(value: object) -> str:
    """Return plain values as `Plain` columns hold them."""
    return json.dumps(value, separators=(",", ":"))
