"""Laws of what a page says of itself."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from monitor.articles.metadata import Metadata, metadata_of

URL = "https://www.example.org/a/b.html"
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def metadata(head: str = "", body: str = "", *, lang: str = "", url: str = URL) -> Metadata:
    return metadata_of(
        html.document_fromstring(f"<html {lang}><head>{head}</head><body>{body}x</body></html>"), url
    )


def json_ld(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def article(**members: object) -> str:
    return json_ld({"@type": "NewsArticle", **members})


def test_a_page_that_says_nothing_leaves_everything_unknown() -> None:
    assert metadata() == Metadata()


# ---- title -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Meldung - Zeitung</title>", "", "Meldung"),
        ("<title>Meldung – und zwar gut</title>", "<h1>Die  <i>Meldung</i></h1>", "Die Meldung"),
        ('<meta property="og:title" content="Meldung | Zeitung">', "", "Meldung"),
        (
            '<meta property="og:title" content="Meldung">',
            "<h1>Zeitung</h1><h1>Meldung von heute</h1>",
            "Meldung von heute",
        ),
        ('<meta property="og:title" content="Kurz: Meldung">', "<h1>Meldung</h1>", "Meldung"),
        ('<meta name="twitter:title" content="Meldung">', "<h1>Zeitung</h1>", "Meldung"),
        (article(headline="Aus  JSON"), "<h1></h1>", "Aus JSON"),
        (article(headline=["eins", "zwei"]), "<h1>Gezeigt</h1>", "Gezeigt"),
        (article(headline=7), "", ""),
        (article(headline=" "), "<h1>Gezeigt</h1>", "Gezeigt"),
    ],
)
def test_the_title_is_the_headline_that_is_shown(head: str, body: str, title: str) -> None:
    assert title == metadata(head, body).title


# ---- address -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("/c.html", "https://www.example.org/c.html"),
        (" https://example.org/c ", "https://example.org/c"),
        ("https://amp.example.org/c?id=1", "https://amp.example.org/c?id=1"),
        ("https://example.org/?p=7", "https://example.org/?p=7"),
        ("https://other.example/c", None),
        ("https://example.org", None),
        ("https://www.example.org/", None),
        ("javascript://www.example.org/c", None),
        ("https://[broken/c", None),
        ("", None),
    ],
)
def test_a_canonical_address_counts_on_the_same_site_and_for_one_page(
    link: str, canonical: str | None
) -> None:
    assert canonical == metadata(f'<link rel="Canonical" href="{link}">').canonical_url


def test_the_shared_address_stands_in_for_a_foreign_canonical_one() -> None:
    head = '<link rel="canonical" href="https://other.example/c"><meta property="og:url" content="/shared">'

    assert metadata(head).canonical_url == "https://www.example.org/shared"


# ---- language, authors, dates, access ----------------------------------------------------------


def test_the_language_is_that_of_the_root_or_of_the_locale() -> None:
    assert metadata(lang='lang="de-DE"').language == "de-DE"
    assert metadata(lang='xml:lang="en"').language == "en"
    assert metadata('<meta property="og:locale" content="fr_FR">').language == "fr_FR"


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("dpa", ("dpa",)),
        ({"@type": "Person", "name": "Die  Redaktion"}, ("Die Redaktion",)),
        ([{"name": "eins"}, "zwei", {"name": "eins"}], ("eins", "zwei")),
        ([5, None, {"name": ["x"]}, ["y"], {}, "https://example.org/autor", " "], ()),
        ("x" * 500, ("x" * 100,)),
        ([f"n{number}" for number in range(50)], tuple(f"n{number}" for number in range(10))),
    ],
)
def test_authors_are_names(author: object, authors: tuple[str, ...]) -> None:
    assert authors == metadata(article(author=author)).authors


def test_authors_are_asked_of_the_meta_element_last() -> None:
    assert metadata('<meta name="author" content="dpa">').authors == ("dpa",)


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("2025-12-17T20:00:00+01:00", datetime(2025, 12, 17, 19, tzinfo=UTC)),
        (" 2025-12-17T19:00Z ", datetime(2025, 12, 17, 19, tzinfo=UTC)),
        ("2025-12-17T20:00:00", None),
        ("2025-12-17", None),
        ("gestern", None),
        ("0001-01-01T00:00:00+14:00", None),
        (20251217, None),
    ],
)
def test_a_date_without_zone_is_unknown(date: object, time: datetime | None) -> None:
    assert time == metadata(article(datePublished=date, dateModified=date)).published_at
    assert time == metadata(article(dateModified=date)).modified_at


@pytest.mark.parametrize("name", ["article:published_time", "date"])
def test_dates_are_asked_of_meta_elements_too(name: str) -> None:
    head = f'<meta content="2025-12-17T19:00Z" property="{name}">'

    told = metadata(f'{head}<meta property="article:modified_time" content="x">')

    assert told.published_at == datetime(2025, 12, 17, 19, tzinfo=UTC)
    assert told.modified_at is None


@pytest.mark.parametrize(
    ("declared", "free"),
    [(True, True), ("False", False), (" true ", True), ("no", None), (None, None), (1, None), ([True], None)],
)
def test_access_is_what_the_page_declares(declared: object, free: bool | None) -> None:  # noqa: FBT001
    assert free is metadata(article(isAccessibleForFree=declared)).declared_free


# ---- hostile JSON-LD ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 100_000,
        "[" * 900 + "]" * 900,
        '{"@graph":' * 900 + "1" + "}" * 900,
        '{"@type":"NewsArticle","isAccessibleForFree":' + "[" * 900 + "]" * 900 + "}",
        "not json",
        "",
        "9" * 100_000,
        '{"@type": "NewsArticle", "headline": "' + "x" * 500_001 + '"}',
        '{"@type": 7}',
        '{"@type": [7, null, {}]}',
        "null",
    ],
    ids=range(11),
)
def test_hostile_json_hides_no_article_behind_it(hostile: str) -> None:
    head = json_ld(hostile) + json_ld([{"@graph": [{"@type": ["Thing", "NewsArticle"], "headline": "Gut"}]}])

    assert metadata(head).title in ("Gut", "")
    assert metadata(json_ld({"@type": "WebPage"}) + article(headline="Gut")).title == "Gut"


def test_other_scripts_and_nameless_meta_elements_are_passed_over() -> None:
    head = '<script>var a</script><script type="text/x">{}</script><meta charset="utf-8"><meta name="author">'

    assert metadata(head + article(headline="Gut")) == Metadata(title="Gut")


@settings(max_examples=80)
@given(
    st.dictionaries(st.sampled_from(("headline", "author", "datePublished", "isAccessibleForFree")), PLAIN)
)
def test_no_type_in_json_raises(members: dict[str, object]) -> None:
    told = metadata(json_ld(json.dumps({"@type": "Article", **members}).replace("<", "\\u003c")))

    assert isinstance(told.title, str)
    assert all(isinstance(author, str) for author in told.authors)
