"""Real news to measure with, where they are present: the training documents of the SmartData corpus.

Reports, tweets and agency news in German, joined or cut to about 3 KB each. Who is watched are the companies,
organizations, persons and places that people marked in them most often.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench.articles import CHARACTERS, Text
from monitor.model import Entity, EntityId, EntityKind, Name, Zones

CORPUS = Path(__file__).resolve().parents[2] / "shared/data/smartdata/train.json.gz"
KINDS = {
    "organization-company": EntityKind.ORGANIZATION,
    "organization": EntityKind.ORGANIZATION,
    "person": EntityKind.PERSON,
    "location": EntityKind.PLACE,
    "location-city": EntityKind.PLACE,
}
_TITLE = 80  # characters


def is_present() -> bool:
    """Say whether the corpus is here: it is no part of the project."""
    return CORPUS.is_file()


def entities(count: int) -> Sequence[Entity]:
    """Return an entity for each of so many names, those that are marked most often."""
    marks = Counter(mark for document in _documents() for mark in _marked(document))
    kinds = dict(reversed([mark for mark, _ in marks.most_common()]))
    names = islice(dict.fromkeys(name for (name, _), _ in marks.most_common()), count)
    return [Entity(id=EntityId(name), kind=KINDS[kinds[name]], names=(Name(text=name),)) for name in names]


def articles() -> Iterator[Text]:
    """Yield the documents in their order, short ones joined to an article and long ones cut."""
    joined = ""
    for document in _documents():
        joined = f"{joined}\n\n{document['text']['string'].strip()}".strip()
        if len(joined) >= CHARACTERS:
            text = joined[:CHARACTERS]
            title = text[:_TITLE].partition("\n")[0]
            yield Text(Zones(title=title, text=text, lead_end=max(text.find("\n\n"), 0)), "de")
            joined = ""


def _documents() -> Iterator[Mapping[str, Any]]:
    """Yield the documents: each a JSON object over many lines, the last of which is its brace alone."""
    *documents, _ = gzip.decompress(CORPUS.read_bytes()).decode().split("\n}\n")
    yield from (json.loads(each + "}") for each in documents)


def _marked(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names that people marked in a document, each with what it is; small words are none."""
    text = document["text"]["string"]
    for mark in document["conceptMentions"]["array"]:
        name = " ".join(text[mark["span"]["start"] : mark["span"]["end"]].split())
        if mark["type"] in KINDS and not name.islower() and any(map(str.isalpha, name)):
            yield name, mark["type"]
