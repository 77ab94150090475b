"""What is learned of an entity from the articles that named it, or only seemed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Learning(StrEnum):
    """Whether an entity's context is learned: not at all, learned and used, or used as it stands."""

    OFF = "off"
    ON = "on"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """An article that surely names the entity, or that was refused: its words, and who published it.

    `outlet` is the host of the feed that announced it, which the operator chose; not that of the page.
    """

    outlet: str
    refused: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedContext:
    """What is remembered of an entity; the words that speak follow from it.

    `edits` are the operator's: words with their weights in log-odds, 0 for a word that must not speak.
    While `frozen` no lesson is added.
    """

    lessons: tuple[Lesson, ...] = ()
    edits: Mapping[str, float] = field(default_factory=dict)
    frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedWord:
    """A word that speaks, by `weight` in log-odds, and in how many lessons of either side it stands."""

    word: str
    weight: float
    accepted: int
    refused: int
    edited: bool = False
