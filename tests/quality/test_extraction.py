"""Is an article's text still found as well as it was?

The pages lie beside the repository, in `../shared/data`, and are no part of it. Runs of four words of
the found text are compared with those of the text that people marked; precision and recall are means
over the pages. The floors stand in `seeds/floors.json`, with the digest of the corpus that they hold for.
"""

import gzip
import hashlib
import json
import re
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from monitor.articles.extract import read_page
from monitor.model import Announced, Document, Verdict

ROOT = Path(__file__).resolve().parents[2]
FLOORS = json.loads((ROOT / "seeds/floors.json").read_text())["extraction"]
CORPUS = ROOT.parent / "shared/data/extraction" / FLOORS["corpus"]
RUN_WORDS = 4

pytestmark = pytest.mark.skipif(not CORPUS.is_file(), reason=f"no pages to read: {CORPUS} is absent")

Runs = Counter[tuple[str, ...]]


def pages() -> dict[str, tuple[bytes, str, str]]:
    """Return each page's body, address and marked text, by its name."""
    bodies: dict[str, bytes] = {}
    marked: dict[str, Any] = {}
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is None:
                continue
            if member.name.endswith(".html.gz"):
                bodies[Path(member.name).name.removesuffix(".html.gz")] = gzip.decompress(stream.read())
            elif member.name.endswith(".json"):
                marked = json.load(stream)
    return {name: (bodies[name], each["url"], each["articleBody"]) for name, each in marked.items()}


def runs(text: str) -> Runs:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[at : at + RUN_WORDS]) for at in range(max(1, len(words) - RUN_WORDS + 1)))


def share(part: Runs, whole: Runs, *, of_nothing: float) -> float:
    return (part & whole).total() / whole.total() if whole.total() else of_nothing


def test_the_floors_hold_for_this_corpus() -> None:
    assert hashlib.sha256(CORPUS.read_bytes()).hexdigest() == FLOORS["sha256"]


def test_extraction_stays_above_its_floors() -> None:
    precision, recall, verdicts = [], [], Counter[Verdict]()

    for body, url, marked in pages().values():
        extracted = read_page(Document(url=url, content_type="text/html", body=body), Announced())
        found, wanted = runs(extracted.zones.text), runs(marked)
        precision.append(share(wanted, found, of_nothing=0.0))
        recall.append(share(found, wanted, of_nothing=1.0))
        verdicts[extracted.verdict] += 1

    assert len(precision) == 181
    assert sum(precision) / len(precision) >= FLOORS["precision"]
    assert sum(recall) / len(recall) >= FLOORS["recall"]
    assert verdicts[Verdict.FULL] >= FLOORS["full"]
