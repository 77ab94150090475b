"""The child's side of the sandbox: read a task, run it, answer; until the other side closes the conversation.

A frame is two lengths, that many bytes of JSON, and that many of blobs, one behind the other, whose own
lengths the JSON lists. Nothing is ever unpickled on either side.
"""

import importlib
import json
import resource
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO, get_type_hints

from monitor.text.mishaps import told
from monitor.text.plain import from_plain, to_plain

_LENGTHS = struct.Struct(">IQ")


def encode_frame(head: dict[str, Any], blobs: Sequence[bytes]) -> bytes:
    """Return one frame; `head` must not hold the key `blobs`."""
    text = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode("ascii")
    return b"".join((_LENGTHS.pack(len(text), sum(map(len, blobs))), text, *blobs))


def decode_frame(buffer: bytes | bytearray) -> tuple[dict[str, Any], list[bytes]] | None:
    """Return a frame that stands at the start of `buffer`, or None while it is not whole.

    Raises:
        ValueError: it is no frame.
    """
    if len(buffer) < _LENGTHS.size:
        return None
    text, blobs = _LENGTHS.unpack_from(buffer)
    end = _LENGTHS.size + text
    if len(buffer) < end + blobs:
        return None
    return _opened(bytes(buffer[_LENGTHS.size : end]), bytes(buffer[end : end + blobs]))


def _opened(text: bytes, behind: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return the head of a frame, and the blobs that stand behind it."""
    head = json.loads(text)
    if not isinstance(head, dict):
        raise ValueError("a frame's head is no object")  # noqa: TRY004  (what others sent is a value)
    lengths = head.pop("blobs", None)
    if not isinstance(lengths, list) or not all(type(each) is int and each >= 0 for each in lengths):
        raise ValueError("a frame lists no lengths of blobs")
    if sum(lengths) != len(behind):
        raise ValueError("a frame's blobs are not as long as it says")
    blobs, at = [], 0
    for length in lengths:
        blobs.append(behind[at : at + length])
        at += length
    return head, blobs


def task_name(task: Callable[..., object]) -> str:
    """Return `module:function`, by which the child finds a task."""
    return f"{task.__module__}:{task.__qualname__}"


@cache
def types_of(task: Callable[..., object]) -> Mapping[str, Any]:
    """Return the types of a task's parameters, and of what it returns under `return`."""
    return get_type_hints(task)


def call(task: Callable[..., Any], head: dict[str, Any], blobs: Sequence[bytes]) -> bytes:
    """Run a task on a frame's arguments and return the answer's frame."""
    kinds = [kind for name, kind in types_of(task).items() if name != "return"]
    arguments = [from_plain(kind, plain, blobs) for kind, plain in zip(kinds, head["args"], strict=True)]
    out: list[bytes] = []
    value = to_plain(task(*arguments), out)
    return encode_frame({"value": value}, out)


def failure(error: Exception) -> dict[str, Any]:
    """Return an answer's head that says what a task raised, without words that may be the document's."""
    if isinstance(error, MemoryError | RecursionError):
        return {"failed": "too_complex", "detail": type(error).__name__}
    return {"failed": "parse", "detail": told(error).encode("utf-8", "replace").decode("utf-8")}


def serve(conversation: socket.socket, limits: Mapping[str, Any]) -> None:
    """Take the limits, say that all is ready, and answer tasks until the other side closes its end.

    `limits` are `memory_bytes` of address space, open `files`, and `cpu_seconds` for each task.

    Raises:
        OSError: the other side is gone, or a limit cannot be set.
    """
    _confine(limits)
    with conversation.makefile("rb") as questions, conversation.makefile("wb") as answers:
        answers.write(encode_frame({"ready": True}, ()))
        answers.flush()
        while (frame := _read_frame(questions)) is not None:
            answers.write(_answer(*frame, cpu_seconds=limits["cpu_seconds"]))
            answers.flush()


def _confine(limits: Mapping[str, Any]) -> None:
    """Bound memory and files; an orphan that computes for ever is ended by its processor time."""
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_NOFILE, limits["files"])
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, most: int) -> None:
    """Lower a limit for good; one that is lower already, by the shell or the container, stays."""
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _limit_time(cpu_seconds: int) -> None:
    """Give the next task so much processor time, within what was there from the start."""
    used, hard = resource.getrusage(resource.RUSAGE_SELF), resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = int(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )


def _answer(head: dict[str, Any], blobs: Sequence[bytes], *, cpu_seconds: int) -> bytes:
    _limit_time(cpu_seconds)
    try:
        module, _, function = head["task"].partition(":")
        return call(getattr(importlib.import_module(module), function), head, blobs)
    except Exception as error:  # noqa: BLE001  (whatever a hostile document brings about)
        return encode_frame(failure(error), ())


def _read_frame(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]] | None:
    start = stream.read(_LENGTHS.size)
    if len(start) < _LENGTHS.size:
        return None
    text, blobs = _LENGTHS.unpack(start)
    return _opened(stream.read(text), stream.read(blobs))
