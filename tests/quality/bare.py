"""How often is a company meant where its bare name is a word, a place or a surname as well?

`seeds/bare/` has a text in each line, `LABEL|LANGUAGE|NAME|TEXT`: `+` where it means the company of that
name, `-` where the same letters mean something else. All companies are watched by their names alone,
without context or decoys, as an impatient user would; a text counts for its own company. An alert is what
a watchlist sends by itself. `tune` was read while rules were written; nobody who writes rules reads `held`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityId, EntityKind, Name, Zones
from tests.quality.measure import Measured, Score, digest_of

NAME = "bare"
FOLDER = Path(__file__).resolve().parents[2] / "seeds/bare"
SPLITS = ("tune", "held")
LANGUAGES = ("de", "en")
_SENT = 0.5  # the least confidence that a watchlist sends by itself


class Text(NamedTuple):
    """A text, and whether it means the company of a name."""

    means: bool
    language: str
    name: str
    text: str


def is_present() -> bool:
    """Say whether the corpus is here: it is a part of the project."""
    return FOLDER.is_dir()


def digest() -> str:
    """Return the SHA-256 of its files."""
    return digest_of([FOLDER / f"{split}.txt" for split in SPLITS])


@cache
def texts(split: str) -> Sequence[Text]:
    """Return the texts of a split.

    Raises:
        ValueError: a line has other parts, or its text does not hold the name.
    """
    lines = (FOLDER / f"{split}.txt").read_text("utf-8").splitlines()
    return [_text(line) for line in lines]


def _text(line: str) -> Text:
    label, language, name, text = line.split("|")
    if label not in ("+", "-") or language not in LANGUAGES or name not in text:
        raise ValueError(f"no label, language, name and text that holds it: {line}")
    return Text(label == "+", language, name, text)


def measure() -> Mapping[str, Measured]:
    """Return the scores of both splits: of all texts, and of each language."""
    return {split: _measured(texts(split)) for split in SPLITS}


def _measured(corpus: Sequence[Text]) -> Measured:
    scores = list(_scores(corpus))
    by_language = {
        f"alerts_{language}": [
            score for each, score in zip(corpus, scores, strict=True) if each.language == language
        ]
        for language in LANGUAGES
    }
    return {"alerts": scores, **by_language}


def _scores(corpus: Sequence[Text]) -> Iterator[Score]:
    names = sorted({each.name for each in corpus})
    matcher = build_matcher([_company(name) for name in names])
    for each in corpus:
        zones = Zones(title="", text=each.text, lead_end=len(each.text), captions="")
        found = matcher.match(zones, each.language).matches
        sent = any(match.entity == each.name and match.confidence >= _SENT for match in found)
        yield Score(
            tp=int(sent and each.means), fp=int(sent and not each.means), fn=int(each.means and not sent)
        )


def _company(name: str) -> Entity:
    return Entity(id=EntityId(name), kind=EntityKind.ORGANIZATION, names=(Name(text=name),))
