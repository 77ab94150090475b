"""What was announced, what the page says and what the feed carries → one article."""

from datetime import datetime

from monitor.articles.language import choose_language
from monitor.model import (
    Announced,
    Article,
    Entry,
    Extracted,
    FailureReason,
    FetchFailed,
    SandboxFailed,
    Verdict,
    Zones,
)
from monitor.text.fingerprint import fingerprint
from monitor.text.urls import canonical_url, without_userinfo

Page = Extracted | FetchFailed | SandboxFailed | None


def assemble(entry: Entry, page: Page, carried: Extracted, now: datetime) -> Article:
    """Return the article of an entry.

    `carried` is the page itself where it was good, else what the feed carries. A page behind a wall,
    or an empty one, keeps its verdict although the text is the feed's.
    """
    announced = entry.announced
    zones = carried.zones if carried.zones.title else _titled(carried.zones, announced.title)
    seen = page if isinstance(page, Extracted) else carried
    link = without_userinfo(announced.link or "")
    return Article(
        entry_id=entry.id,
        feed_id=entry.feed_id,
        url=link,
        canonical_url=canonical_url(seen.canonical_url or link),
        zones=zones,
        verdict=seen.verdict,
        fingerprint=fingerprint_of(zones),
        language=choose_language(announced.language, seen.language, f"{zones.title}\n{zones.text}"),
        fetched_at=now,
        authors=seen.authors or announced.authors,
        published_at=announced.published_at or seen.published_at,
        modified_at=seen.modified_at or announced.updated_at,
        access=seen.access,
        fallback=fallback_of(page),
    )


def title_only(announced: Announced) -> Extracted:
    """Return the least that is known of an entry, where not even the feed's text can be read."""
    return Extracted(zones=Zones(title=announced.title, text=""), verdict=Verdict.EMPTY)


def fallback_of(page: Page) -> FailureReason | None:
    """Return why the page was not used; None where it was, or where none was asked for."""
    match page:
        case FetchFailed() | SandboxFailed():
            return page.reason
        case Extracted(verdict=Verdict.WALLED, access="consent"):
            return FailureReason.CONSENT
        case Extracted(verdict=Verdict.WALLED):
            return FailureReason.PAYWALL
        case Extracted(verdict=Verdict.EMPTY):
            return FailureReason.EMPTY
    return None


def fingerprint_of(zones: Zones) -> tuple[int, ...]:
    """Return the fingerprint of the text; a short one counts with its title only.

    The same teaser or notice stands on many pages: alone, it would make one story of them all.
    """
    own = fingerprint(zones.text)
    return own if len(own) > 1 else fingerprint(f"{zones.title}\n\n{zones.text}")


def _titled(zones: Zones, title: str) -> Zones:
    return Zones(title=title, text=zones.text, lead_end=zones.lead_end, captions=zones.captions)
