"""What an article says, by zone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.words import EntryId, FailureReason, FeedId


class Zone(StrEnum):
    """Where in an article a text stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    r"""The text of an article by zone.

    `lead` is `text[:lead_end]`, `body` is `text[lead_end:]`; spans of both count from the start of
    `text`. Paragraphs of `text`, and captions, are separated by one blank line (`\\n\\n`).
    """

    title: str
    text: str
    lead_end: int = 0
    captions: str = ""

    def of(self, zone: Zone) -> str:
        """Return the text that the spans of a zone count in."""
        return {Zone.TITLE: self.title, Zone.CAPTION: self.captions}.get(zone, self.text)


class Verdict(StrEnum):
    """How much of an article could be read; `unread` where its page names nobody and was not extracted."""

    FULL = "full"
    PARTIAL = "partial"
    WALLED = "walled"
    EMPTY = "empty"
    UNREAD = "unread"


class Keep(StrEnum):
    """What is kept: the text of articles that name somebody, every text, or every raw page beside that."""

    MATCHED = "matched"
    TEXTS = "texts"
    PAGES = "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a page says. `access` is `free`, `paywall` or `consent`; None where unknown."""

    zones: Zones
    verdict: Verdict
    canonical_url: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    access: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skimmed:
    """All that a page's article could consist of, folded, where that is `certain`; else nothing.

    In `text` a `<` stands for markup. `before` are the words that end before markup, with a blank behind
    those that it does not touch, each with the word before it, and also without what stands before markup
    within it; `behind` are those that begin behind markup, with a blank before those that it does not touch,
    and `<` behind those that other markup ends. `carried` is what the feed carries.
    """

    certain: bool
    text: str
    before: tuple[str, ...]
    behind: tuple[str, ...]
    carried: Extracted


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the entry's page says, or what the feed carried where the page could not be read.

    `fallback` is why the page was not used. `fingerprint` is for `text.fingerprint.likeness`.
    """

    entry_id: EntryId
    feed_id: FeedId
    url: str
    canonical_url: str
    zones: Zones
    verdict: Verdict
    fingerprint: tuple[int, ...]
    language: str | None
    fetched_at: datetime
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    access: str | None = None
    fallback: FailureReason | None = None
    revision: int = 1
