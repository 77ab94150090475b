"""What receivers say of a match, and by which links they say it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.words import EntityId, EntryId


class Rightness(StrEnum):
    """Whether an alert told of the entity that was meant."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchVerdict:
    """What was said last of an entity in an entry's article; `note` is one line, and may be empty."""

    entry: EntryId
    entity: EntityId
    said: Rightness
    note: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLinks:
    """Where verdicts are taken, without a slash at the end, and the key that signs the links."""

    public_url: str
    key: bytes = field(repr=False)
