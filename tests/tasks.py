"""Tasks for the sandbox: what documents do to those who read them."""

import contextlib
import gc
import os
import random
import resource
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from monitor.model import Announced, Document, FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a task sees of the process that it runs in."""

    pid: int
    environment: dict[str, str]
    memory: int
    files: int
    file_bytes: int
    core: int


def echo(document: Document, announced: Announced) -> tuple[Document, Announced]:
    return document, announced


def turn(body: bytes) -> bytes:
    return body[::-1]


def either(want: str) -> Document | FetchFailed | None:
    return Document(url=want, content_type=None, body=b"x") if want else None


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def spin(name: str) -> str:
    Path(name).exists()
    while True:
        pass


def crash(number: int) -> int:
    os.kill(os.getpid(), number)
    return number


def handles() -> tuple[str, ...]:
    """What every file handle of the process leads to, but for the one that looks."""
    found = []
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208  (names of numbers)
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{number}"))  # noqa: PTH115
    return tuple(sorted(found))


def collects() -> bool:
    return gc.isenabled()


def fill_memory(pieces: int) -> int:
    held = [bytearray(50_000_000) for _ in range(pieces)]
    return len(held)


def keep_memory(size: int) -> int:
    _kept.append(bytearray(size))
    return len(_kept)


_kept: list[bytearray] = []


def leave(code: int) -> int:
    os._exit(code)


def fail(words: str) -> str:
    raise RuntimeError(words)


def quit_with(words: str) -> str:
    raise SystemExit(words)


def nest(depth: int) -> int:
    return depth if depth < 0 else nest(depth + 1)


def chatter(times: int) -> str:
    for _ in range(times):
        print("not an answer")  # noqa: T201  (what a library may do)
        sys.stdout.flush()
        os.write(1, struct.pack(">IQ", 2, 0) + b"{}")
    return sys.stdin.read() + "quiet"


def forge(start: bytes) -> bool:
    """Write to every pipe that the process has, as code that a document took over would."""
    for number in range(3, 20):
        try:
            os.write(number, start)
        except OSError:
            continue
    return True


def write_file(name: str) -> bool:
    Path(name).write_text("x")
    return True


def surroundings() -> Surroundings:
    return Surroundings(
        pid=os.getpid(),
        environment=dict(os.environ),
        memory=resource.getrlimit(resource.RLIMIT_AS)[0],
        files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        file_bytes=resource.getrlimit(resource.RLIMIT_FSIZE)[0],
        core=resource.getrlimit(resource.RLIMIT_CORE)[0],
    )


def wrong_kind() -> int:
    return "no number"  # type: ignore[return-value]


def draw() -> float:
    return random.random()
