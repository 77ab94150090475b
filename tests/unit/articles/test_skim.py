"""Laws of looking at a page without extracting it."""

import pytest

from monitor.articles.extract import read_announced
from monitor.articles.skim import skim
from monitor.model import Announced, Skimmed
from tests.unit.articles.pages import GERMAN, document, page, paragraphs

LONG = paragraphs(GERMAN * 2)


def skimmed(inside: str, *, head: str = "", announced: Announced | None = None) -> Skimmed:
    return skim(document(page(f"{inside}{LONG}", head=head, title="Titel")), announced or Announced())


def test_an_ordinary_page_is_certain_and_gives_its_texts_folded() -> None:
    found = skimmed("<p>Die  GRÖSSE des <b>Plans</b></p>")

    assert found.certain
    assert "die groesse des <plans<" in found.text


@pytest.mark.parametrize(
    ("why", "inside", "head"),
    [
        ("a control character", "<p>Ama\x01zon</p>", ""),
        ("a reference to one", "<p>Ama&#1;zon</p>", ""),
        ("a comment without end", "<!-- Amazon", ""),
        ("a script without end", "<script>Amazon", ""),
        ("a tag within an attribute", '<a title="<b>Amazon</b>">x</a>', ""),
        ("half a reference", "<p>K&oumlln</p>", ""),
        ("letters of other languages", "<p>Źródło: Škoda, Łódź</p>", ""),
        ("more pieces of words than anybody writes", f"<p>{'a<b>' * 100} {'a<b>' * 1_000}</p>", ""),
        ("a language of other endings", "", '<meta property="og:locale" content="pl_PL">'),
    ],
)
def test_a_page_that_parsers_may_read_otherwise_is_not_certain(why: str, inside: str, head: str) -> None:
    found = skimmed(inside, head=head)

    assert (False, "", (), ()) == (found.certain, found.text, found.before, found.behind), why


def test_a_feed_of_a_language_with_other_endings_is_not_certain() -> None:
    assert not skimmed("", announced=Announced(language="cs")).certain


@pytest.mark.parametrize(
    "inside",
    [
        paragraphs(GERMAN),
        paragraphs(("Kurz.",) * 20),
        paragraphs((*GERMAN, "Wir verwenden Cookies und teilen Daten. " * 5)),
    ],
)
def test_a_page_with_few_long_paragraphs_is_not_certain(inside: str) -> None:
    assert not skim(document(page(inside)), Announced()).certain


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:title" content="Nova &amp; Söhne">',
        "<meta name=twitter:title content=Nova>",
        '<script type="application/ld+json">{"headline": "N\\u006fva"}</script>',
        '<script type="application/ld+json">{"headline": "nova \\x"}</script>',
        '<meta property="og:title" nova>',
    ],
)
def test_titles_that_nobody_sees_are_searched(head: str) -> None:
    assert "nova" in skimmed("", head=head).text


@pytest.mark.parametrize("inside", ["<script>nova</script>", "<style>nova</style>", "<!-- nova -->"])
def test_what_no_reader_sees_is_not_searched(inside: str) -> None:
    assert "nova" not in skimmed(inside).text


def test_what_the_feed_carries_is_searched_and_brought_along() -> None:
    announced = Announced(title="Kosmos", summary="<p>Die Nova</p>")

    found = skimmed("", announced=announced)

    assert "kosmos die nova" in found.text
    assert read_announced(announced) == found.carried


@pytest.mark.parametrize(
    ("inside", "before", "behind"),
    [
        ("<p>eins zwei<b>drei</b> vier</p>", "eins zwei", "drei<"),
        ("<p>eins zwei <b>drei</b> vier</p>", "zwei ", "drei<"),
        ("<p>eins <b>zwei</b>drei vier</p>", "eins zwei", "drei"),
        ("<p>eins <b>zwei</b>drei <i>x</i></p>", "drei ", "x<"),
        ("<p>eins <b>zwei</b> drei vier</p>", "zwei", " drei"),
        ("<p>eins <b>zwei</b> drei</p>", "zwei", " drei<"),
        ("<p>eins<b> zwei<i>drei</i></b></p>", "eins", " zwei<"),
        ("<p>eins <b> <i> zwei</i></b></p>", "eins ", " zwei<"),
        ("<button>x</button>eins<b>zwei</b>", "eins", "zwei<"),
        ("<p>eins <b>zwei</b>. drei vier</p>", "zwei", " drei"),
        ("<p>eins <b>zwei</b> – drei vier</p>", "zwei", " drei"),
        ("<p>eins <b>zwei</b> \u0301 drei vier</p>", "zwei", " drei"),
        ("<p>eins – <b>zwei</b> drei</p>", "eins ", "zwei<"),
    ],
)
def test_what_stands_before_and_behind_markup_is_told(inside: str, before: str, behind: str) -> None:
    found = skimmed(inside)

    assert [each for each in found.before if each.endswith(before)]
    assert behind in found.behind
