"""Laws of settled entries: a document without them brings the same as the whole of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.novelty import Novelty, keys_of, only_new, settled_after, stands_alone
from monitor.feeds.parse import outline_feed, read_feed
from monitor.feeds.settled import left_of
from monitor.model import (
    Brake,
    Document,
    EntryId,
    EntryKey,
    Feed,
    FeedId,
    FeedSettings,
    Outline,
    ParsedFeed,
)
from monitor.text.ids import bytes63

NOW = datetime(2025, 12, 17, tzinfo=UTC)
FEED = FeedId("feed")
SETTINGS = FeedSettings(
    id=FEED, url="https://a.example/", shown_url="https://a.example/", brake=Brake(share=0.5, fewest=2)
)
BEFORE = Feed(
    id=FEED,
    shown_url=SETTINGS.shown_url,
    due_at=NOW,
    entries=9,
    first_polled_at=NOW - timedelta(days=9),
    last_ok_at=NOW - timedelta(minutes=5),
)
NOBODY: frozenset[EntryId] = frozenset()


def item(name: str, text: str = "words", title: str = "", link: str = "", guid: str = "") -> str:
    return (
        f"<item><title>{title or name}</title><link>https://a.example/{link or name}</link>"
        f'<guid isPermaLink="false">{guid or name}</guid><description>{text}</description></item>'
    )


def rss(*items: str, root: str = '<rss version="2.0">', head: str = "", tail: str = "") -> Document:
    body = f"{root}<channel><title>T</title>{head}{''.join(items)}{tail}</channel></rss>"
    return Document(url="https://a.example/", content_type="application/xml", body=body.encode())


def read(document: Document, settled: tuple[int, ...] = ()) -> ParsedFeed:
    """Return what a document says, of its plain entries the marks alone, and not of settled ones."""
    found = outline_feed(document, settled)
    feed = found.feed if isinstance(found, Outline) else found
    assert isinstance(feed, ParsedFeed)
    return feed


def polled(
    document: Document,
    known: Mapping[EntryKey, EntryId],
    settled: tuple[int, ...] = (),
    before: Feed = BEFORE,
) -> tuple[Novelty, dict[EntryKey, EntryId], tuple[int, ...]]:
    """Return what a poll brings, which keys are known after it, and what is settled."""
    found = read(document, settled)
    news = only_new(before, SETTINGS, found, known, NOW)
    after = settled_after(FEED, found, news, known, NOBODY, settled)
    stored = {key: entry.id for entry in reversed(news.entries) for key in entry.keys}
    return news, {**stored, **news.learned, **known}, after


# ---- what is taken away ------------------------------------------------------------------------------


def test_what_stands_as_it_stood_is_not_among_the_entries() -> None:
    _, known, settled = polled(rss(item("a"), item("b")), {})

    news, _, after = polled(rss(item("c"), item("a"), item("b"), head="<ttl>9</ttl>"), known, settled)

    assert ["c"] == [entry.announced.title for entry in news.entries]
    assert not news.gap
    assert set(settled) < set(after)
    assert 4 == len(after)


def test_a_document_of_settled_entries_alone_brings_nothing() -> None:
    _, known, settled = polled(rss(item("a"), item("b")), {})
    again = rss(item("b"), item("a"), head="<lastBuildDate>Wed, 17 Dec 2025 20:41:00 +0100</lastBuildDate>")

    found = read(again, settled)

    assert () == found.entries
    assert 2 == len(found.settled)
    assert "T" == found.title
    assert set(settled) == set(polled(again, known, settled)[2])


@pytest.mark.parametrize(
    "given",
    [
        rss(item("a"), root='<rss version="2.0" xml:base="https://b.example/">'),
        rss(item("a"), root='<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'),
        rss(item("a"), root='<rss version="0.91">'),
        rss(item("b", text=f"<![CDATA[ {item('a')} ]]>")),
        rss(item("b", text=f"<!-- {item('a')} -->")),
        rss(f"<item><title>b</title>{item('a')}</item>"),
        rss(item("a"), head=f"<image>{item('a')}</image>"),
        rss(item("a"), tail="<language>de</language>"),
        rss("<?settled?>", item("a")),
        rss(item("a") + "&nope;"),
    ],
)
def test_where_taking_entries_away_could_change_something_the_document_is_read_with_all_of_them(
    given: Document,
) -> None:
    settled = polled(rss(item("a")), {})[2]

    assert outline_feed(given) == outline_feed(given, settled)


def test_what_another_declares_for_itself_is_not_around_the_entries() -> None:
    own = item("b").replace("<item>", '<item xmlns:dc="http://purl.org/dc/elements/1.1/">')
    settled = polled(rss(item("a"), own), {})[2]

    assert 2 == len(read(rss(item("a"), own), settled).settled)
    assert 1 == len(read(rss(item("c"), own), settled).settled)


def test_a_document_that_must_be_decoded_is_read_with_all_of_its_entries() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + rss(item("a")).body.decode()
    given = Document(url="https://a.example/", content_type=None, body=text.encode("utf-16"))
    settled = polled(given, {})[2]

    assert settled
    assert isinstance(outline_feed(given, settled), Outline)


@pytest.mark.parametrize(
    ("body", "left", "taken"),
    [
        (b"<item>1</item><item>2</item>", b"<item>1</item><?settled?>", 1),
        (b"<item>2</item> <item>2</item>", b"<?settled?> <?settled?>", 2),
        (b"<item a='1'></entry></item><item>2</item>", b"<item a='1'></entry></item><?settled?>", 1),
        (b"<entry>3</entry><items>2</items>", b"<?settled?><items>2</items>", 1),
        (b"<item>2</item ><item>", None, 0),
        (b"<item>1</item>", None, 0),
        (b"", None, 0),
    ],
)
def test_what_is_left_of_a_body(body: bytes, left: bytes | None, taken: int) -> None:
    found = left_of(body, {bytes63(b"<item>2</item>"), bytes63(b"<entry>3</entry>")})

    assert left == (found.body if found else None)
    assert taken == len(found.taken if found else ())


# ---- what is settled ---------------------------------------------------------------------------------


def test_an_entry_whose_edits_matter_is_settled_only_as_it_stood_before() -> None:
    _, known, settled = polled(rss(item("a"), item("b")), {})
    as_before = read(rss(item("b"), item("a")))
    edited = read(rss(item("a", text="other"), item("b")))

    def after(found: ParsedFeed, still_open: frozenset[EntryId]) -> Sequence[int]:
        news = only_new(BEFORE, SETTINGS, found, known, NOW)
        return settled_after(FEED, found, news, known, still_open, settled)

    everybody = frozenset(known.values())
    assert set(settled) == set(after(as_before, everybody))
    assert () == after(edited, everybody)
    assert 3 == len(after(edited, NOBODY))


def test_under_other_elements_nothing_is_settled_by_its_bytes() -> None:
    _, known, settled = polled(rss(item("a")), {})
    found = read(rss(item("a"), root='<rss version="0.91">'))
    news = only_new(BEFORE, SETTINGS, found, known, NOW)

    assert () == settled_after(FEED, found, news, known, frozenset(known.values()), settled)
    assert 2 == len(settled_after(FEED, found, news, known, NOBODY, settled))


def test_an_entry_that_would_not_be_found_whole_is_not_settled() -> None:
    shorter = item("a", text="<!-- </item> -->")

    assert () == polled(rss(shorter, item("b")), {})[2]
    assert 3 == len(polled(rss(item("a"), item("b")), {})[2])


def test_where_an_entry_is_not_known_by_all_its_keys_none_is_settled() -> None:
    shared = rss(item("a", link="same"), item("b", link="same"), item("c"))
    news, known, settled = polled(shared, {})

    assert 3 == len(news.entries)
    assert () == settled
    # Its guid was another: that is learned now, and known the next time.
    _, known, _ = polled(rss(item("d"), item("e")), known)
    changed = rss(item("c", guid="new"), item("d"), item("e"))
    _, known, settled = polled(changed, known)
    assert () == settled
    assert 4 == len(polled(changed, known)[2])


def test_where_an_entry_is_not_told_apart_by_its_bytes_none_is_settled() -> None:
    whole = read_feed(rss(item("a")))
    assert isinstance(whole, ParsedFeed)
    assert () == settled_after(FEED, whole, only_new(BEFORE, SETTINGS, whole, {}, NOW), {}, NOBODY, ())
    news, _, settled = polled(rss(item("a"), "<item><title>b</title><link>/relative</link></item>"), {})
    assert 2 == len(news.entries)
    assert () == settled


@pytest.mark.parametrize(
    ("items", "alone"),
    [
        ((item("c"), item("d")), True),
        ((item("c", title="d", link="d"), item("d")), False),
        ((item("b", text="other"),), False),
        ((item("c", link="b"),), False),
        ((), True),
    ],
)
def test_what_is_left_stands_alone_where_no_other_has_a_key_of_it(
    items: Sequence[str],
    alone: bool,  # noqa: FBT001
) -> None:
    _, known, settled = polled(rss(item("a"), item("b")), {})
    left = read(rss(*items, item("a")), settled)
    of_those = {key: known[key] for key in keys_of(FEED, left) if key in known}

    assert 1 == len(left.settled)
    assert alone is stands_alone(FEED, left, of_those)


# ---- the law -----------------------------------------------------------------------------------------

_NAMES = st.sampled_from("abcdef")


@st.composite
def items(draw: st.DrawFn) -> str:
    """An entry that may have a mark, or several, in common with others."""
    name = draw(_NAMES)
    mark = st.one_of(st.just(name), _NAMES)
    return item(name, draw(st.sampled_from(["x", "y"])), *(draw(mark) for _ in ("title", "link", "guid")))


_DOCUMENTS = st.lists(items(), min_size=1, max_size=7)


@settings(max_examples=300)
@given(st.lists(_DOCUMENTS, min_size=2, max_size=4))
def test_a_poll_brings_the_same_with_and_without_what_is_settled(life: Sequence[Sequence[str]]) -> None:
    known: dict[EntryKey, EntryId] = {}
    settled: tuple[int, ...] = ()
    for shown in life:
        document = rss(*shown)
        left = read(document, settled)
        # Else the poll is judged with all entries, as the pipeline does.
        of_those = {key: known[key] for key in keys_of(FEED, left) if key in known}
        if left.settled and stands_alone(FEED, left, of_those):
            with_all, _, after_all = polled(document, known)
            without, _, after = polled(document, known, settled)
            assert (with_all.gap, with_all.storm) == (without.gap, without.storm)
            assert {} == with_all.learned == without.learned
            assert [each.keys for each in with_all.entries] == [each.keys for each in without.entries]
            assert [each.id for each in with_all.entries] == [each.id for each in without.entries]
            assert set(after) == set(after_all)
        _, known, settled = polled(document, known)
