"""Does a page that names somebody ever stay unread? And is what stays unread always read otherwise?

Whatever extraction and the matcher find in a page, the search of the page as it came must let it pass; and
of a page that the search is sure of, extraction must find a text. Asked of the pages of the extraction
benchmark, of the seeds, of the gold put into pages, and of pages made to tear names apart.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.articles import entities_of, names_of
from monitor.articles.assemble import fallback_of
from monitor.articles.extract import read_page
from monitor.articles.language import choose_language
from monitor.articles.skim import skim
from monitor.matching.matcher import Matcher, build_matcher
from monitor.matching.sieve import Sieve, build_sieve
from monitor.model import Announced, Document, Entity, EntityId, EntityKind, Extracted, Name
from tests.quality.gold import matcher_of, topics
from tests.quality.test_extraction import CORPUS, pages
from tests.unit.articles.pages import GERMAN, page, paragraphs

SEEDS = Path(__file__).parents[2] / "seeds"
KINDS = {
    "Peter DeSantis": EntityKind.PERSON,
    "Trainium": EntityKind.PRODUCT,
    "Владимир Путин": EntityKind.PERSON,
}
NAMES = (
    *("Amazon", "Amazon Web Services", "Deutsche Bank", "Rotes Kreuz", "Trainium", "Peter DeSantis", "AMD"),
    *(
        "Rolls-Royce",
        "AT&T",
        "Müller & Söhne",
        "St. Pölten",
        "亚马逊",
        "アマゾン",
        "삼성전자",
        "أمازون",
        "Владимир Путин",
    ),
)
FILLER = paragraphs(GERMAN * 2)
# Several tests read the same pages.
read = cache(read_page)


@cache
def watched(names: tuple[str, ...]) -> tuple[Matcher, Sieve]:
    entities = [
        Entity(
            id=EntityId(f"e{number}"),
            kind=KINDS.get(name, EntityKind.ORGANIZATION),
            names=(Name(text=name),),
        )
        for number, name in enumerate(names)
    ]
    matcher = build_matcher(entities)
    return matcher, build_sieve(matcher.lexicon)


def finds(matcher: Matcher, extracted: Extracted, announced: Announced) -> bool:
    zones = extracted.zones
    language = choose_language(announced.language, extracted.language, f"{zones.title}\n{zones.text}")
    found = matcher.match(zones, language)
    return bool(found.matches or found.rejected)


def passes(sieve: Sieve, document: Document, announced: Announced) -> bool:
    skimmed = skim(document, announced)
    return not skimmed.certain or sieve.passes(skimmed)


def lost(matcher: Matcher, sieve: Sieve, document: Document, announced: Announced | None = None) -> bool:
    announced = announced or Announced()
    return not passes(sieve, document, announced) and finds(matcher, read(document, announced), announced)


def document(html: str) -> Document:
    return Document(url="https://example.org/a", content_type="text/html", body=html.encode())


# ---- names that are torn --------------------------------------------------------------------------

INLINE = ("b", "i", "span", "em", "a href='#'", "font", "sup", "mark", "abbr", "ruby", "u")
GONE = (
    *("script", "style", "button", "span class='social'", "span hidden", "b class='newsletter'", "svg"),
    *("aside", "div class='related'", "noscript", "time", "rt", "i aria-hidden='true'", "select"),
)
TEXTS = ("", "x", "Kurs 5", "teilen", "a", "am")


def element(kind: str, text: str) -> str:
    return f"<{kind}>{text}</{kind.split(maxsplit=1)[0]}>"


BITS = st.one_of(
    st.builds(element, st.sampled_from(GONE), st.sampled_from(TEXTS)),
    st.sampled_from(
        ["<wbr>", "&shy;", "\u200b", "&#8203;", "<!-- -->", "<!-- <b> -->", " ", "\n", "<br>", "&nbsp;"]
    ),
    st.sampled_from([f"<{each}>" for each in INLINE] + [f"</{each.split()[0]}>" for each in INLINE]),
)


@st.composite
def torn(draw: st.DrawFn) -> str:
    """Return one of the names, with markup inside and around."""
    name = draw(st.sampled_from(NAMES)).replace("&", "&amp;")
    pieces = [draw(BITS) if draw(st.integers(0, 3)) == 0 else ""]
    for place in range(len(name)):
        pieces.append(name[place])
        rate = 1 if name[place] == " " else 3
        pieces += (
            [draw(BITS) for _ in range(draw(st.integers(1, 2)))] if draw(st.integers(0, rate)) == 0 else []
        )
    return "".join(pieces)


@given(
    st.lists(
        st.one_of(torn(), BITS, st.sampled_from(["am ", "von ", "A", "De", " und"])), min_size=1, max_size=6
    )
)
@settings(max_examples=200, deadline=None)
@example(["Deutsche <span class='social'>x</span><b>Bank</b>"])
@example(["Ama<b class='newsletter'>teilen</b>z<i aria-hidden='true'>a</i>on"])
@example(["<b>Ama</b>zon <button>Kurs</button>Web <button>Kurs</button>Ser<wbr>vices"])
# Where signs stand between markup and the rest of a name.
@example(["St<button>x</button>. Pölten"])
@example(["Deutsche – <button>x</button>Bank"])
@example(["Deutsche <button>x</button>– <button>y</button>Bank"])
@example(["Deutsche <button>x</button>– Bank"])
def test_no_name_is_torn_so_that_it_is_missed(parts: list[str]) -> None:
    torn_page = document(page(f"<p>Der Konzern {' '.join(parts)} legte am Montag Zahlen vor.</p>{FILLER}"))

    assert skim(torn_page, Announced()).certain or "<" in "".join(parts)
    assert not lost(*watched(NAMES), torn_page)


# ---- pages, seeds and gold -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus() -> Sequence[Document]:
    if not CORPUS.is_file():
        pytest.skip(f"no pages to read: {CORPUS} is absent")
    return [Document(url=url, content_type="text/html", body=body) for body, url, _ in pages().values()]


def test_of_a_page_that_is_certain_extraction_finds_a_text(corpus: Sequence[Document]) -> None:
    certain = [each for each in corpus if skim(each, Announced()).certain]

    assert [] == [each.url for each in certain if fallback_of(read(each, Announced())) is not None]
    assert len(certain) >= 140


def test_no_name_of_a_page_is_missed(corpus: Sequence[Document]) -> None:
    """The names are words of the pages themselves: of each text one in forty, and pairs of them."""
    words = {
        name
        for each in corpus
        for text in read(each, Announced()).zones.text.split()[:2000:40]
        for name in [text.strip(".,;:!?()\"„“»«'’")]
        if name.isalnum() and len(name) > 3
    }
    matcher, sieve = watched(tuple(sorted(words)[:2000]))

    assert len(words) > 1000
    assert [] == [each.url for each in corpus if lost(matcher, sieve, each)]


def test_most_pages_that_name_nobody_need_not_be_extracted(corpus: Sequence[Document]) -> None:
    matcher = build_matcher(entities_of(names_of(1000)))
    sieve = build_sieve(matcher.lexicon)

    assert sum(not passes(sieve, each, Announced()) for each in corpus) > len(corpus) / 2


def test_no_name_of_the_gold_is_missed_in_a_page() -> None:
    for topic in topics():
        matcher = matcher_of(topic)
        sieve = build_sieve(matcher.lexicon)
        for case in topic.cases:
            text = "".join(f"<p>{escape(each)}</p>" for each in case.zones.text.split("\n\n"))
            html = page(f"{text}{FILLER}", title=escape(case.zones.title)).replace(
                'lang="de"', f'lang="{case.language}"'
            )
            assert not lost(matcher, sieve, document(html), Announced(language=case.language)), case.id


@pytest.mark.parametrize(
    "name", yaml.safe_load((SEEDS / "expected.yaml").read_text(encoding="utf-8"))["articles"]
)
def test_no_name_of_the_seeds_is_missed(name: str) -> None:
    assert not lost(*watched(NAMES), document((SEEDS / "articles" / name).read_text(encoding="utf-8")))
