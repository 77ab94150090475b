"""Every error that is raised on purpose.

MonitorError
├── ConfigError          the configuration is wrong; carries every fault at once
├── StoreError           the store cannot be opened, or refuses
│   ├── LeaseLost        another worker holds the row now; nothing was written
│   ├── TookTooLong      a question would have kept the store busy for too long
│   ├── StoreDamaged     what the store holds cannot be trusted any more; time does not mend it
│   └── SchemaTooNew     the store was written by a newer version
├── SandboxBroken        no worker process can be started
├── OutputRefused        standard output takes nothing more, as on a full disk
├── AddressTaken         nobody can listen where the health port should be
└── UsageError           a command was called in a way that cannot work

An expected result is a value (`FetchFailed`, `ParseFailed`, `Attempt`), never one of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class MonitorError(Exception):
    """The base of all errors raised on purpose; its text is fit for an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in a configuration, and where.

    `line` and `column` count from 1; 0 where the place is unknown.
    """

    file: str
    line: int
    column: int
    path: str
    problem: str

    def __str__(self) -> str:
        """Return `file:line:column: path: problem`, without the parts that are unknown."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.problem) if part)


class ConfigError(MonitorError):
    """The configuration is wrong; `faults` holds everything that is."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep every fault; the text is one line for each."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class StoreError(MonitorError):
    """The store cannot be opened, read or written."""


class LeaseLost(StoreError):  # noqa: N818  (it names what happened)
    """The lease of a row ran out and another worker took it; nothing was written."""


class TookTooLong(StoreError):  # noqa: N818  (it names what happened)
    """A question would have kept the store busy for too long; it was broken off."""


class StoreDamaged(StoreError):  # noqa: N818  (it names what happened)
    """The store's file is damaged, or is no store at all; nothing was written."""


class SchemaTooNew(StoreError):  # noqa: N818  (it names what happened)
    """The store was written by a newer version of the program."""


class SandboxBroken(MonitorError):  # noqa: N818  (it names what happened)
    """No worker process can be started on this machine."""


class AddressTaken(MonitorError):  # noqa: N818  (it names what happened)
    """Nobody can listen at the address of the health port, for now."""


class OutputRefused(MonitorError):  # noqa: N818  (it names what happened)
    """Standard output takes nothing more: its disk is full, or broken."""


class UsageError(MonitorError):
    """A command was called in a way that cannot work."""
