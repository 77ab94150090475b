"""An outlet whose true entries are known, and a feed that shows them as awkwardly as feeds do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from hashlib import sha256
from html import escape

from monitor.model import Document, FailureReason, FetchFailed, NotModified, Validators

URL = "https://kurier.example/feed.xml"
BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Edits of an entry's marks that it is held to; the store remembers 32 further keys of each, 2 or 3 an edit.
MOST_EDITS = 8


class Kind(StrEnum):
    """How a feed numbers its entries.

    `kept`: guids stay, but some stand on two entries, and some entries link to one page.
    `renumbered`: now and then one entry gets another guid. `churning`: all do, at every poll.
    `guidless`: there are none.
    """

    KEPT = "kept"
    RENUMBERED = "renumbered"
    CHURNING = "churning"
    GUIDLESS = "guidless"


class Mood(StrEnum):
    """How the outlet's server answers once."""

    WELL = "well"
    FORGETFUL = "without validators"
    RESTLESS = "with validators that move"
    EMPTY = "a feed without entries"
    BROKEN = "500"
    BUSY = "429"
    SLOW = "nothing in time"
    PAGE = "a page instead of a feed"
    GARBAGE = "half a tag"


@dataclass(slots=True, kw_only=True)
class TrueEntry:
    """What the outlet knows of an entry. `number` never changes; `changed` since it was last seen."""

    number: int
    guid: str
    link: str
    title: str
    text: str = "Text"
    date: datetime = BEGAN
    secure: bool = True
    seen: bool = False
    changed: bool = False
    renumbered: bool = False
    edits: int = 0

    @property
    def may_change(self) -> bool:
        """Whether one of guid, link and title may change: only one may between two times it is seen."""
        return not self.seen or (not self.changed and self.edits < MOST_EDITS)

    def marked(self) -> None:
        """Note that a mark changed."""
        self.changed = True
        self.edits += 1


@dataclass(slots=True, kw_only=True)
class KnowingOutlet:
    """Publishes entries and answers polls; a fetcher, and the model that a poll is held against."""

    kind: Kind = Kind.KEPT
    mood: Mood = Mood.WELL
    entries: list[TrueEntry] = field(default_factory=list)
    shown: list[TrueEntry] = field(default_factory=list)
    served: int = 0

    def publish(self, guid: str | None = None, link: str | None = None) -> TrueEntry:
        """Put a new entry at the head of the feed; its marks are its own, but for those given."""
        number = len(self.entries)
        entry = TrueEntry(
            number=number,
            guid=guid or f"g{number}",
            link=link or f"kurier.example/{number}.html",
            title=f"Meldung {number}",
        )
        self.entries.append(entry)
        self.shown.insert(0, entry)
        return entry

    def revalidate(self, url: str, validators: Validators) -> Document | NotModified | FetchFailed:
        """Answer a poll."""
        self.served += 1
        failed = _FAILURES.get(self.mood)
        if failed is not None:
            return failed
        body = self._body()
        etag = f"e{sha256(body).hexdigest()[:12]}" + (f"-{self.served}" * (self.mood is Mood.RESTLESS))
        if validators.etag == etag:
            return NotModified(validators=validators)
        given = Validators() if self.mood is Mood.FORGETFUL else Validators(etag=etag)
        return Document(url=url, content_type="application/rss+xml", body=body, validators=given)

    def get(self, url: str) -> FetchFailed:
        """No page is ever asked for."""
        raise AssertionError(url)

    @property
    def answers_well(self) -> bool:
        """Whether a feed is answered, or that it is as it was."""
        return self.mood not in (*_FAILURES, Mood.PAGE, Mood.GARBAGE)

    @property
    def announced(self) -> Sequence[TrueEntry]:
        """What a poll that is answered well, or by a 304, has shown."""
        return () if self.mood is Mood.EMPTY else self.shown

    def _body(self) -> bytes:
        if self.mood is Mood.PAGE:
            return b"<!doctype html><html><body>Wartung</body></html>"
        if self.mood is Mood.GARBAGE:
            return b"<rss versi"
        entries = "".join(self._element(entry) for entry in self.announced)
        return f"<rss version='2.0'><channel><title>Kurier</title>{entries}</channel></rss>".encode()

    def _element(self, entry: TrueEntry) -> str:
        guid = f"{entry.guid}-{self.served}" if self.kind is Kind.CHURNING else entry.guid
        numbered = f"<guid isPermaLink='false'>{guid}</guid>" * (self.kind is not Kind.GUIDLESS)
        return (
            f"<item>{numbered}<link>http{'s' * entry.secure}://{escape(entry.link)}</link>"
            f"<title>{escape(entry.title)}</title><description>{entry.text}</description>"
            f"<pubDate>{format_datetime(entry.date)}</pubDate>"
            f"<author>Autor {entry.number} Ende</author></item>"
        )


_FAILURES: Mapping[Mood, FetchFailed] = {
    Mood.BROKEN: FetchFailed(reason=FailureReason.HTTP_5XX, detail="500", status=500),
    Mood.BUSY: FetchFailed(
        reason=FailureReason.HTTP_4XX, detail="429", status=429, retry_after=timedelta(hours=30)
    ),
    Mood.SLOW: FetchFailed(reason=FailureReason.TIMEOUT, detail="took more than 20 s"),
}
