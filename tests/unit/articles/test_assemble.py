"""Laws of an entry's article."""

from datetime import UTC, datetime

import pytest

from monitor.articles.assemble import Page, assemble, fallback_of, title_only
from monitor.model import (
    Announced,
    Entry,
    EntryId,
    EntryState,
    Extracted,
    FailureReason,
    FeedId,
    FetchFailed,
    SandboxFailed,
    Verdict,
    Zones,
)
from monitor.text.fingerprint import fingerprint
from tests.unit.articles.pages import ENGLISH, GERMAN

NOW = datetime(2025, 12, 17, 20, tzinfo=UTC)
EARLIER = datetime(2025, 12, 17, 19, tzinfo=UTC)
TEXT = "\n\n".join(GERMAN)


def entry(announced: Announced) -> Entry:
    return Entry(
        id=EntryId("e1"),
        feed_id=FeedId("feed"),
        keys=(),
        announced=announced,
        host="example.org",
        state=EntryState.PENDING,
        first_seen_at=NOW,
        due_at=NOW,
    )


def extracted(
    title: str = "Von der Seite", text: str = TEXT, verdict: Verdict = Verdict.FULL, access: str | None = None
) -> Extracted:
    return Extracted(
        zones=Zones(title=title, text=text, lead_end=len(GERMAN[0]), captions="Bild"),
        verdict=verdict,
        access=access,
        authors=("Redaktion",),
        canonical_url="https://Example.org/kanon?utm_source=x",
        published_at=EARLIER,
        modified_at=NOW,
    )


def test_a_good_page_is_the_article() -> None:
    page = extracted()
    announced = Announced(link="https://user:secret@example.org/a", title="Aus dem Feed", authors=("dpa",))

    article = assemble(entry(announced), page, page, NOW)

    assert article.zones == page.zones
    assert article.url == "https://example.org/a"
    assert article.canonical_url == "https://example.org/kanon"
    assert (article.authors, article.published_at, article.modified_at) == (("Redaktion",), EARLIER, NOW)
    assert (article.verdict, article.fallback, article.language) == (Verdict.FULL, None, "de")
    assert article.fingerprint == fingerprint(TEXT)


def test_the_publisher_s_announced_date_goes_before_the_page_s() -> None:
    page = extracted()
    announced = Announced(published_at=NOW, updated_at=EARLIER)

    article = assemble(entry(announced), page, page, NOW)

    assert (article.published_at, article.modified_at) == (NOW, NOW)


def test_a_page_without_title_takes_the_announced_one() -> None:
    page = extracted(title="")

    article = assemble(entry(Announced(title="Aus dem Feed")), page, page, NOW)

    assert article.zones == Zones(title="Aus dem Feed", text=TEXT, lead_end=len(GERMAN[0]), captions="Bild")


def test_a_walled_page_keeps_its_verdict_over_the_feed_s_text() -> None:
    page = extracted(text="Alle akzeptieren", verdict=Verdict.WALLED, access="consent")
    carried = Extracted(zones=Zones(title="Aus dem Feed", text=ENGLISH[0]), verdict=Verdict.PARTIAL)

    article = assemble(entry(Announced(title="Aus dem Feed", language="en")), page, carried, NOW)

    assert article.zones.text == ENGLISH[0]
    assert (article.verdict, article.access, article.language) == (Verdict.WALLED, "consent", "en")
    assert article.fallback is FailureReason.CONSENT


def test_a_failed_page_leaves_what_the_feed_carries() -> None:
    announced = Announced(
        title="Nur Titel", link="https://example.org/a", authors=("dpa",), updated_at=EARLIER
    )
    failed = FetchFailed(reason=FailureReason.TIMEOUT, detail="15 s")

    article = assemble(entry(announced), failed, title_only(announced), NOW)

    assert (article.zones, article.verdict) == (Zones(title="Nur Titel", text=""), Verdict.EMPTY)
    assert (article.authors, article.modified_at) == (("dpa",), EARLIER)
    assert article.fallback is FailureReason.TIMEOUT
    assert article.fingerprint == fingerprint("Nur Titel")


def test_an_entry_without_link_has_an_empty_address() -> None:
    announced = Announced(title="Ohne Adresse")

    article = assemble(entry(announced), None, title_only(announced), NOW)

    assert (article.url, article.canonical_url, article.fallback) == ("", "", None)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (None, None),
        (extracted(), None),
        (extracted(verdict=Verdict.PARTIAL, access="paywall"), None),
        (extracted(verdict=Verdict.WALLED, access="consent"), FailureReason.CONSENT),
        (extracted(verdict=Verdict.WALLED, access="paywall"), FailureReason.PAYWALL),
        (extracted(verdict=Verdict.EMPTY), FailureReason.EMPTY),
        (FetchFailed(reason=FailureReason.ROBOTS, detail=""), FailureReason.ROBOTS),
        (SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail=""), FailureReason.TOO_COMPLEX),
    ],
)
def test_why_a_page_was_not_used_is_said(page: Page, reason: FailureReason | None) -> None:
    assert reason == fallback_of(page)
