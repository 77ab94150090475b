"""Words of the model ↔ plain JSON values, for pipes and columns.

Dataclasses become objects, enums their values, datetimes ISO 8601 in UTC, timedeltas seconds. Bytes
leave the JSON: they are put aside in a list and referred to by number. A union of dataclasses is
told apart by a `$` member that holds the class name. What JSON cannot say does not come back as it went:
two halves of a character beside one another come back as the character.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def to_plain(value: Any, blobs: list[bytes] | None = None) -> Any:  # noqa: ANN401  (JSON)
    """Return `value` as plain JSON values; bytes go to `blobs`.

    Raises:
        TypeError: a value has no plain form, or is bytes where `blobs` is None.
    """
    return _writer(type(value))(value, blobs)  # type: ignore[arg-type]


def from_plain(kind: type[Value], plain: object, blobs: Sequence[bytes] = ()) -> Value:
    """Return the value of type `kind` that `plain` stands for.

    Raises:
        TypeError, ValueError, KeyError, IndexError: `plain` does not describe such a value.
    """
    try:
        return cast("Value", _reader(cast("Any", kind))(plain, blobs))
    except OverflowError as error:
        raise ValueError("a number is too large") from error


_Writer = Callable[[Any, list[bytes] | None], Any]
_ATOMS = frozenset((types.NoneType, bool, int, float, str))


@cache
def _writer(kind: type) -> _Writer:  # noqa: PLR0911  (one branch for each sort of type)
    if issubclass(kind, Enum):
        return lambda value, _: value.value
    if issubclass(kind, types.NoneType | int | float | str):
        return lambda value, _: value
    if issubclass(kind, bytes):
        return _write_bytes
    if issubclass(kind, datetime):
        return lambda value, _: value.astimezone(UTC).isoformat()
    if issubclass(kind, timedelta):
        return lambda value, _: value.total_seconds()
    if issubclass(kind, Mapping):
        return lambda value, blobs: {str(to_plain(key)): to_plain(each, blobs) for key, each in value.items()}
    if issubclass(kind, frozenset | set):
        return lambda value, blobs: sorted((to_plain(each, blobs) for each in value), key=str)
    if issubclass(kind, Sequence):
        return lambda value, blobs: [to_plain(each, blobs) for each in value]
    if is_dataclass(kind):
        return _dataclass_writer(kind)
    raise TypeError(f"'{kind.__name__}' has no plain form")


def _write_bytes(value: bytes, blobs: list[bytes] | None) -> int:
    if blobs is None:
        raise TypeError("bytes have no place in plain JSON")
    blobs.append(value)
    return len(blobs) - 1


def _dataclass_writer(kind: type) -> _Writer:
    names = tuple(each.name for each in fields(kind))

    def write(value: Any, blobs: list[bytes] | None) -> Any:  # noqa: ANN401
        members: dict[str, Any] = {"$": kind.__name__}
        for name in names:
            each = getattr(value, name)
            # Most members are these; a call for each would cost more than all the rest.
            members[name] = each if type(each) in _ATOMS else to_plain(each, blobs)
        return members

    return write


_Reader = Callable[[Any, Sequence[bytes]], Any]


@cache
def _reader(kind: Any) -> _Reader:  # noqa: ANN401, C901, PLR0911  (one branch for each sort of type)
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if kind in (object, Any):
        return lambda plain, _: plain
    if get_origin(kind) in (Union, types.UnionType):
        return _union_reader(get_args(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    container = _container_reader(kind)
    if container is not None:
        return container
    if kind is bytes:
        return lambda plain, blobs: blobs[plain]
    if kind is datetime:
        return lambda plain, _: datetime.fromisoformat(plain)
    if kind is timedelta:
        return lambda plain, _: timedelta(seconds=plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda plain, _: kind(plain)
    if kind is float:
        return lambda plain, _: float(plain)
    if kind in (str, int, bool):
        return lambda plain, _: _expect(kind, plain)
    raise TypeError(f"no reader for '{kind}'")


def _expect(kind: type, plain: object) -> object:
    if type(plain) is not kind:
        raise TypeError(f"expected {kind.__name__}, not {type(plain).__name__}")
    return plain


def _members(plain: object) -> Mapping[str, Any]:
    if not isinstance(plain, dict):
        raise TypeError(f"expected an object, not {type(plain).__name__}")
    return plain


def _elements(plain: object) -> Sequence[Any]:
    if not isinstance(plain, list):
        raise TypeError(f"expected a list, not {type(plain).__name__}")
    return plain


def _union_reader(options: tuple[Any, ...]) -> _Reader:
    classes: dict[str, _Reader] = {
        each.__name__: _reader(each) for each in options if isinstance(each, type) and is_dataclass(each)
    }
    others = [_reader(each) for each in options if each is not type(None) and not is_dataclass(each)]

    def read(plain: Any, blobs: Sequence[bytes]) -> Any:  # noqa: ANN401
        if plain is None and type(None) in options:
            return None
        if isinstance(plain, dict) and plain.get("$") in classes:
            return classes[plain["$"]](plain, blobs)
        for reader in others:
            try:
                return reader(plain, blobs)
            except (TypeError, ValueError):
                continue
        raise TypeError("no member of the union fits")

    return read


def _dataclass_reader(kind: type) -> _Reader:
    hints = get_type_hints(kind)
    wanted = {each.name: _reader(hints[each.name]) for each in fields(kind)}

    def read(plain: Any, blobs: Sequence[bytes]) -> Any:  # noqa: ANN401
        members = _members(plain)
        return kind(**{key: wanted[key](each, blobs) for key, each in members.items() if key in wanted})

    return read


def _container_reader(kind: Any) -> _Reader | None:  # noqa: ANN401
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _sequence_reader(tuple, arguments[0])
    if origin is tuple:
        readers = tuple(_reader(each) for each in arguments)
        return lambda plain, blobs: tuple(
            reader(each, blobs) for reader, each in zip(readers, _elements(plain), strict=True)
        )
    if origin in (frozenset, list):
        return _sequence_reader(origin, arguments[0])
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return _sequence_reader(tuple, arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_reader(*arguments)
    return None


def _sequence_reader(build: Callable[[Any], Any], element: Any) -> _Reader:  # noqa: ANN401
    reader = _reader(element)
    return lambda plain, blobs: build(reader(each, blobs) for each in _elements(plain))


def _mapping_reader(key: Any, value: Any) -> _Reader:  # noqa: ANN401
    key_reader, value_reader = _reader(key), _reader(value)
    return lambda plain, blobs: {
        key_reader(name, blobs): value_reader(each, blobs) for name, each in _members(plain).items()
    }
