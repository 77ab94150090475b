"""Laws of pages that give no text."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.pages import PageTroublePolicy, are_trusted, page_seen, trouble_of
from monitor.model import Article, EntryId, FailureReason, FeedId, PageMemory, Verdict, Zones

POLICY = PageTroublePolicy()
ARTICLE = Article(
    entry_id=EntryId("en_1"),
    feed_id=FeedId("example"),
    url="https://example.org/1",
    canonical_url="https://example.org/1",
    zones=Zones(title="T", text="x" * 4000),
    verdict=Verdict.FULL,
    fingerprint=(),
    language="de",
    fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
)
CONSENT, PAYWALL, EMPTY = FailureReason.CONSENT, FailureReason.PAYWALL, FailureReason.EMPTY
SHRUNKEN = FailureReason.SHRUNKEN


def article(told: FailureReason | int | None) -> Article:
    """Return an article whose page was not used for a reason, or has a text of some length."""
    if isinstance(told, int):
        return replace(ARTICLE, zones=Zones(title="T", text="x" * told))
    return replace(ARTICLE, fallback=told)


def memory(*told: FailureReason | int | None) -> PageMemory:
    pages = PageMemory()
    for each in told:
        pages = page_seen(pages, article(each), POLICY)
    return pages


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ([], None),
        ([CONSENT] * 2, None),
        ([CONSENT] * 3, CONSENT),
        ([None, None, CONSENT, CONSENT, CONSENT], None),
        ([None, *[PAYWALL] * 3], PAYWALL),
        ([EMPTY, CONSENT, EMPTY], EMPTY),
        ([FailureReason.HTTP_4XX] * 4, FailureReason.HTTP_4XX),
        ([None] * 20 + [CONSENT] * 13, None),
        ([None] * 20 + [CONSENT] * 14, CONSENT),
        ([CONSENT] * 20 + [None] * 4, CONSENT),
        ([CONSENT] * 20 + [None] * 5, None),
    ],
)
def test_most_of_the_last_pages_unused_is_trouble_and_the_newest_all_used_ends_it(
    told: list[FailureReason | None], trouble: FailureReason | None
) -> None:
    assert trouble is trouble_of(memory(*told), None, POLICY)


def test_between_the_limits_a_feed_stays_as_it_was() -> None:
    half = memory(*[None, CONSENT] * 10)

    assert trouble_of(half, None, POLICY) is None
    assert CONSENT is trouble_of(half, CONSENT, POLICY)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_paper_that_sells_a_part_of_its_articles_does_not_flap(share: float) -> None:
    chance, pages = Random(1), memory(*[None] * 10)
    present: FailureReason | None = None
    changes = 0

    for _ in range(1000):
        pages = page_seen(pages, article(PAYWALL if chance.random() < share else None), POLICY)
        before, present = present, trouble_of(pages, present, POLICY)
        changes += before is not present

    assert changes <= 40 * share


def test_texts_under_a_quarter_of_the_usual_length_are_shrunken_until_half_of_it() -> None:
    chance = Random(3)
    usual = [int(4000 * chance.lognormvariate(0, 0.4)) for _ in range(40)]

    well = memory(*usual)
    shrunken = memory(*usual, *[300] * 3)
    better = memory(*usual, *[300] * 3, *[1500] * 5)

    assert trouble_of(well, None, POLICY) is None
    assert SHRUNKEN is trouble_of(shrunken, None, POLICY)
    assert SHRUNKEN is trouble_of(better, SHRUNKEN, POLICY)
    assert trouble_of(better, None, POLICY) is None
    assert trouble_of(memory(*usual, *[300] * 3, *[4000] * 3), SHRUNKEN, POLICY) is None


def test_a_publisher_s_new_length_becomes_usual_after_some_dozens_of_articles() -> None:
    assert SHRUNKEN is trouble_of(memory(*[4000] * 40, *[600] * 40), SHRUNKEN, POLICY)
    assert trouble_of(memory(*[4000] * 40, *[600] * 80), SHRUNKEN, POLICY) is None


def test_short_texts_of_a_new_feed_are_not_shrunken() -> None:
    assert trouble_of(memory(*[4000] * 10, *[100] * 5), None, POLICY) is None


@given(
    st.lists(st.one_of(st.none(), st.sampled_from([CONSENT, EMPTY]), st.integers(0, 100_000)), max_size=60)
)
def test_the_memory_stays_small(told: list[FailureReason | int | None]) -> None:
    pages = memory(*told)

    assert len(pages.reasons) <= POLICY.remembered
    assert len(pages.chars) <= POLICY.newest
    assert pages.usual >= 0
    trouble_of(pages, None, POLICY)


# ---- pages that were not extracted -----------------------------------------------------------------


def test_a_page_that_was_not_extracted_was_no_trouble_and_says_nothing_of_lengths() -> None:
    before = memory(900, 900, CONSENT)
    unread = replace(ARTICLE, verdict=Verdict.UNREAD, zones=Zones(title="T", text=""))

    after = page_seen(before, unread, POLICY)

    assert replace(before, reasons=(None, None, CONSENT, None)) == after


@pytest.mark.parametrize(
    ("told", "trusted"),
    [
        ([], False),
        ([900] * 19, False),
        ([900] * 20, True),
        ([900] * 20 + [EMPTY], False),
        ([900] * 20 + [EMPTY] + [900] * 4, False),
        ([900] * 20 + [EMPTY] + [900] * 5, True),
    ],
)
def test_pages_are_trusted_while_the_newest_gave_texts(
    told: list[FailureReason | int | None],
    trusted: bool,  # noqa: FBT001
) -> None:
    assert trusted is are_trusted(memory(*told), POLICY)
