"""What does a page cost, and what does it cost to see that it names nobody?

The pages are those of the article extraction benchmark, which lie beside the repository. Told are processor
time per page of each stage of extraction, with trafilatura's `fast` mode and without, and of skimming: the
worker's part, and the service's, at 1,000 names and at 100,000. Beside both modes stands how much of the
text that people marked they find, and how much else, as runs of four words.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import fmean
from typing import Any

from trafilatura import core

from bench.articles import entities_of, names_of
from bench.match import load
from bench.results import keep, spread, table
from monitor.articles import extract
from monitor.articles.clean import clean
from monitor.articles.metadata import metadata_of
from monitor.articles.skim import skim
from monitor.matching.matcher import build_matcher
from monitor.matching.sieve import Sieve, build_sieve
from monitor.model import Announced, Document, Extracted, Skimmed
from tests.quality.test_extraction import CORPUS, pages, runs, share

SIZES = (1_000, 100_000)
MILLISECONDS = 1_000
NOTHING = Announced()

Costs = dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the tables; with `--write`, keep them."""
    parser = argparse.ArgumentParser(prog="bench extract", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument("--short", action="store_true", help="one run, without the slow mode")
    parser.add_argument("--write", action="store_true", help="keep the tables in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    if not CORPUS.is_file():
        print(f"bench extract: no pages to read: {CORPUS} is absent", file=sys.stderr)
        return 0 if chosen.short else 2
    marked = [
        (Document(url=url, content_type="text/html", body=body), text) for body, url, text in pages().values()
    ]
    documents = [document for document, _ in marked]
    modes = (True,) if chosen.short else (True, False)
    sieves = {size: build_sieve(build_matcher(entities_of(names_of(size))).lexicon) for size in SIZES}
    costs = [measured(documents, modes, sieves) for _ in range(1 if chosen.short else chosen.runs)]
    rows = [(stage, spread([each[stage] for each in costs], 2)) for stage in costs[0]]
    text = "\n\n".join(
        (
            table(("stage", "ms of CPU a page"), rows),
            told(documents, sieves),
            table(("mode", "precision", "recall", "full"), [quality(marked, fast=fast) for fast in modes]),
            load(),
        )
    )
    print(text)
    if chosen.write:
        keep("extract", text)
    return 0


def measured(documents: Sequence[Document], modes: Sequence[bool], sieves: dict[int, Sieve]) -> Costs:
    """Return what each stage costs, in milliseconds a page, of one run over all pages."""
    spent: Costs = {}

    def stage(name: str, work: Callable[[Any], Any], given: Sequence[Any]) -> list[Any]:
        began = time.process_time()
        made = [work(each) for each in given]
        spent[name] = (time.process_time() - began) * MILLISECONDS / len(documents)
        return made

    for fast in modes:
        texts = stage("bytes to text", lambda each: extract.decoded(each.body, each.content_type), documents)
        roots = stage("text to tree", extract._tree, texts)  # noqa: SLF001  (stages are measured one by one)
        stage("metadata", lambda root: metadata_of(root, "https://example.org/a"), roots)
        stage("cleaning", clean, roots)
        with mode(fast=fast):
            stage(f"trafilatura, {_name(fast)}", extract._main_text, roots)  # noqa: SLF001
            stage(f"extraction in all, {_name(fast)}", _read, documents)
    skimmed = stage("skimming (worker)", partial(skim, announced=NOTHING), documents)
    certain = [each for each in skimmed if each.certain]
    for size, sieve in sieves.items():
        stage(f"search of {size:,} names (service)", sieve.passes, certain)
    return spent


def told(documents: Sequence[Document], sieves: dict[int, Sieve]) -> str:
    """Return how many pages are certain, and how many of them would not be extracted."""
    certain: list[Skimmed] = [each for each in (skim(one, NOTHING) for one in documents) if each.certain]
    spared = {size: sum(not sieve.passes(each) for each in certain) for size, sieve in sieves.items()}
    counts = ", ".join(f"{count} at {size:,} names" for size, count in spared.items())
    pages_told = f"Of {len(documents)} pages {len(certain)} are certain"
    return f"{pages_told}; not extracted are {counts}. None of the names stands in any of them."


def quality(marked: Sequence[tuple[Document, str]], *, fast: bool) -> Sequence[str]:
    """Return precision and recall of a mode, and how many pages it judges full."""
    with mode(fast=fast):
        read = [_read(document) for document, _ in marked]
    found = [(runs(each.zones.text), runs(text)) for each, (_, text) in zip(read, marked, strict=True)]
    precision = fmean(share(wanted, got, of_nothing=0.0) for got, wanted in found)
    recall = fmean(share(got, wanted, of_nothing=1.0) for got, wanted in found)
    full = sum(each.verdict.value == "full" for each in read)
    return _name(fast), f"{precision:.3f}", f"{recall:.3f}", str(full)


@contextmanager
def mode(*, fast: bool) -> Iterator[None]:
    """Have pages extracted in trafilatura's fast mode, as ever, or in its slow one."""
    own = core.bare_extraction

    def slow(root: Any, **options: Any) -> Any:  # noqa: ANN401  (trafilatura's own types)
        return own(root, **{**options, "fast": False})

    vars(core)["bare_extraction"] = own if fast else slow
    try:
        yield
    finally:
        vars(core)["bare_extraction"] = own


def _read(document: Document) -> Extracted:
    return extract.read_page(document, NOTHING)


def _name(fast: bool) -> str:  # noqa: FBT001
    return "fast" if fast else "slow"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
