"""Which of the announced entries have we not seen before?

Observations. Some feeds give every entry another guid at every poll. Some use one guid twice, in one
document or a month later. Titles are edited, pages move, `http` becomes `https`, dates change without
a reason. In some feeds all entries link to the same page.

Theory of operation. No single mark identifies an entry: two that agree do. An entry is known by its
guid with its link, by its guid with its title, or by its link with its title. Its link by itself
identifies it only where no guid speaks against that: the feed has none, or is seen to change the guids
of entries that it showed before; and only where no other entry of the document has the same link,
which is no homepage. So an entry that changes in one mark at a time stays known, and one that differs
in two is another entry: to see an entry twice costs little, to miss it is what must not happen.

A guid that an entry changed to is learned where most entries keep theirs; where most change, they may
change at every poll, and would fill the store.

Known exceptions. An entry whose title and link change between two polls is new. So is one that changes
guid and title at once, or its title after most guids of the feed were changed, where no other entry of
the document shows that the guids churn.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.model import (
    Announced,
    Entry,
    EntryId,
    EntryKey,
    EntryState,
    Feed,
    FeedId,
    FeedSettings,
    FirstPoll,
    NotModified,
    ParsedFeed,
)
from monitor.text.ids import derive_id, digest63
from monitor.text.urls import canonical_url, host_of

# Keys learned in one poll: a feed that edits everything at every poll must not fill the store. The store
# bounds those of each entry.
_LEARNED = 64
# Entries without overlap with the known ones from which on we believe that some were missed.
_GAP = 2
# Marks that are remembered: some thirty polls at once ask for those of their entries up to four times each.
_KEPT = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """What one poll brought: new entries and further keys of known ones.

    After a `gap` some may have been missed; in a `storm` most of a known feed is suddenly new. `known` is
    what the document announces of entries that were known before, as far as they were read.
    """

    entries: tuple[Entry, ...] = ()
    learned: Mapping[EntryKey, EntryId] = field(default_factory=dict)
    known: tuple[tuple[EntryId, Announced], ...] = ()
    gap: bool = False
    storm: bool = False

    @property
    def pending(self) -> tuple[Entry, ...]:
        """The new entries that are to be read."""
        return tuple(entry for entry in self.entries if entry.state is EntryState.PENDING)


def nothing_new() -> Novelty:
    """Return what a poll without an answer brings."""
    return Novelty()


def keys_of(feed_id: FeedId, read: ParsedFeed | NotModified) -> tuple[EntryKey, ...]:
    """Return every key under which an entry of the document could be known, each once."""
    if isinstance(read, NotModified):
        return ()
    keys = (key for announced in read.entries for key in _marks_of(feed_id, announced).all)
    return tuple(dict.fromkeys(keys))


def stands_alone(feed_id: FeedId, left: ParsedFeed, known: Mapping[EntryKey, EntryId]) -> bool:
    """Tell whether what is left without the settled entries is judged as it would be beside them.

    It is where each entry is another than all that are known, and than all others that are left.
    """
    keys = [key for announced in left.entries for key in _marks_of(feed_id, announced).all]
    return not known and len(set(keys)) == len(keys)


def unread(
    before: Feed,
    settings: FeedSettings,
    outlined: ParsedFeed,
    known: Mapping[EntryKey, EntryId],
    open_still: Collection[EntryId],
    now: datetime,
) -> frozenset[int]:
    """Return which of the outlined entries must be read: those that are new, or whose edits may matter.

    What comes of the others hangs on their marks alone.
    """
    news = only_new(before, settings, replace(outlined, outlined=frozenset()), known, now)
    new = {id(entry.announced) for entry in news.pending}
    edits = {id(announced) for entry, announced in news.known if entry in open_still}
    return frozenset(number for number in outlined.outlined if id(outlined.entries[number]) in new | edits)


def only_new(
    before: Feed,
    settings: FeedSettings,
    read: ParsedFeed | NotModified,
    known: Mapping[EntryKey, EntryId],
    now: datetime,
) -> Novelty:
    """Return what is new in a document, given which of its `keys_of` are known, and whose they are.

    The first poll that could be read gives entries by the feed's policy, later ones pending entries:
    newness goes by our clock, never by the feed's dates. Where settled entries were taken away, what
    is left must stand alone.
    """
    if isinstance(read, NotModified):
        return nothing_new()
    marked = [(announced, _marks_of(before.id, announced)) for announced in read.entries]
    marks = [each for _, each in marked]
    by_link = _by_link(marks, known)
    familiar = dict(known)
    learned: dict[EntryKey, EntryId] = {}
    entries: list[Entry] = []
    stored = frozenset(known.values())
    seen: list[tuple[int, EntryId, Announced]] = []
    for number, (announced, mark) in enumerate(marked):
        told = _whose(mark, familiar, by_link)
        if told is None:
            entry = _entry_of(before, settings, announced, mark, by_link, now)
            entries.append(entry)
            familiar |= dict.fromkeys(entry.keys, entry.id)
            continue
        if told in stored:
            seen.append((number, told, announced))
        further = _worth_learning(mark, familiar, by_link)
        for key in further[: max(0, _LEARNED - len(learned))]:
            learned[key] = familiar[key] = told
    missed = before.first_polled_at is not None and before.entries > 0 and not (seen or read.settled)
    return Novelty(
        entries=tuple(entries),
        learned=learned,
        known=tuple((told, what) for number, told, what in seen if number not in read.outlined),
        gap=missed and len(entries) >= _GAP,
        storm=_is_storm(before, settings, len(entries), len(read.entries) + len(read.settled), now),
    )


def settled_after(
    feed_id: FeedId,
    read: ParsedFeed,
    news: Novelty,
    known: Mapping[EntryKey, EntryId],
    open_still: Collection[EntryId],
    settled: Collection[int],
) -> tuple[int, ...]:
    """Return the digests by which the entries of a document are settled once its poll is saved.

    `settled` are those of the last one. The first is of what stands around the entries. There are none where
    one entry is not settled: it would be left the next time, and have to be judged beside all others.
    """
    if read.written is None:
        return ()
    # Under other elements the same bytes may mean something else.
    before = frozenset(settled) if read.written.around in settled else frozenset()
    kept_as = {id(entry.announced): entry.keys for entry in news.entries}
    after = list(read.written.settled)
    for announced, digest in zip(read.entries, read.written.entries, strict=True):
        if digest is None:
            return ()
        keys = _marks_of(feed_id, announced).all
        whose = {known.get(key) for key in keys}
        is_known = None not in whose and whose.isdisjoint(open_still)
        if digest not in before and not is_known and kept_as.get(id(announced)) != keys:
            return ()
        after.append(digest)
    return (read.written.around, *after)


def _is_storm(before: Feed, settings: FeedSettings, new: int, announced: int, now: datetime) -> bool:
    """Tell whether a known feed shows suddenly more that is new than its brake lets pass.

    After a pause much is new with good reason.
    """
    brake = settings.brake
    if brake is None or before.first_polled_at is None or not before.entries or before.last_ok_at is None:
        return False
    sudden = now - before.last_ok_at <= max(brake.sudden, 3 * before.interval)
    return sudden and new >= brake.fewest and new > brake.share * announced


# ---- marks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """The keys of one announced entry: pairs of marks, and the link by itself.

    `by_guid` are those that the guid has a part in; `all` is every key, strongest first.
    """

    by_guid: tuple[EntryKey, ...]
    link_text: EntryKey
    link: EntryKey | None
    all: tuple[EntryKey, ...]

    def is_known_by_guid(self, known: Mapping[EntryKey, EntryId]) -> bool:
        """Tell whether the entry has a guid by which it is known."""
        return not known.keys().isdisjoint(self.by_guid)


def _marks_of(feed_id: FeedId, announced: Announced) -> _Marks:
    guid, link, title = announced.guid or "", announced.link or "", announced.title
    marks = _titled(feed_id, guid, link, title)
    if marks is not None:
        return marks
    # A text in place of a title can be long, and is not worth keeping.
    told = _plain(announced.summary or announced.content)
    return _marks(feed_id, guid, _page(link), f"{_plain(title)}\n{told}")


@lru_cache(maxsize=_KEPT)
def _titled(feed_id: FeedId, guid: str, link: str, title: str) -> _Marks | None:
    """Return the marks of an entry that its title tells from others; None where it needs more of a text."""
    page, text = _page(link), _plain(title)
    return _marks(feed_id, guid, page, text) if text and (guid or page) else None


def _page(link: str) -> str:
    """Return what names a page: one that moves from http to https is the same."""
    return canonical_url(link).partition("://")[2]


def _marks(feed_id: FeedId, guid: str, page: str, text: str) -> _Marks:
    def key(sort: str, *marks: str) -> EntryKey:
        return EntryKey(digest63(feed_id, sort, *marks))

    by_guid = (key("guid+link", guid, page), key("guid+text", guid, text)) if guid else ()
    link_text = key("link+text", page, text)
    homepage = page.partition("/")[2] == ""
    link = None if homepage else key("link", page)
    every = (*by_guid, link_text) if link is None else (*by_guid, link, link_text)
    return _Marks(by_guid=by_guid, link_text=link_text, link=link, all=every)


def _plain(text: str) -> str:
    """Return a text in the one spelling that matters here: no case, no compatibility forms, no layout."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _by_link(marks: Sequence[_Marks], known: Mapping[EntryKey, EntryId]) -> "_ByLink":
    """Say for which entries of a document the link by itself identifies."""
    texts: dict[EntryKey, set[EntryKey]] = {}
    for mark in marks:
        if mark.link is not None:
            texts.setdefault(mark.link, set()).add(mark.link_text)
    # Some feeds show an entry twice: it speaks for most of them no louder than others.
    each_once = {mark.all: mark for mark in marks}.values()
    strange = [mark for mark in each_once if not mark.is_known_by_guid(known)]
    kept = len(each_once) - len(strange)
    changed = sum(bool(mark.by_guid) and mark.link_text in known for mark in strange)
    return _ByLink(
        shared=frozenset(link for link, each in texts.items() if len(each) > 1),
        churning=changed > 0,
        settled=kept > changed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByLink:
    """What a document shows of its links and guids: some guids changed, and most did not."""

    shared: frozenset[EntryKey]
    churning: bool
    settled: bool

    def own(self, mark: _Marks) -> EntryKey | None:
        """Return the link's key where it belongs to this entry alone."""
        return None if mark.link in self.shared else mark.link

    def identifies(self, mark: _Marks) -> EntryKey | None:
        """Return the link's key where it tells by itself which entry this is."""
        return None if mark.by_guid and not self.churning else self.own(mark)


def _whose(mark: _Marks, known: Mapping[EntryKey, EntryId], by_link: _ByLink) -> EntryId | None:
    """Return which known entry this is; None for a new one."""
    keys = (*mark.by_guid, mark.link_text, by_link.identifies(mark))
    return next((known[key] for key in keys if key is not None and key in known), None)


def _worth_learning(mark: _Marks, known: Mapping[EntryKey, EntryId], by_link: _ByLink) -> Sequence[EntryKey]:
    """Return further keys that a known entry should be known by; a guid is none of them where most change."""
    further = [key for key in _kept(mark, by_link) if key not in known]
    stable = by_link.settled or mark.is_known_by_guid(known)
    return further if stable else [key for key in further if key not in mark.by_guid]


def _kept(mark: _Marks, by_link: _ByLink) -> tuple[EntryKey, ...]:
    """Return the keys that are stored for an entry: all but a link that others share."""
    own = by_link.own(mark)
    return mark.all if own == mark.link else tuple(key for key in mark.all if key != mark.link)


# ---- entries ---------------------------------------------------------------------------------


def _entry_of(
    before: Feed,
    settings: FeedSettings,
    announced: Announced,
    mark: _Marks,
    by_link: _ByLink,
    now: datetime,
) -> Entry:
    keys = _kept(mark, by_link)
    return Entry(
        id=EntryId(derive_id("en_", before.id, str(keys[0]))),
        feed_id=before.id,
        keys=keys,
        announced=announced,
        host=host_of(announced.link) if announced.link else "",
        state=_state_of(before, settings, announced, now),
        first_seen_at=now,
        due_at=now,
    )


def _state_of(before: Feed, settings: FeedSettings, announced: Announced, now: datetime) -> EntryState:
    """Return what becomes of a new entry: at the first poll by policy, later it is always read.

    A feed that had entries and begins anew is compared with nothing: what it shows may be of any age.
    With `since`, an entry without a date is remembered only: the user asked for what is recent, and
    nothing says that it is.
    """
    if before.first_polled_at is not None:
        return EntryState.PENDING
    if before.entries:
        return EntryState.BASELINE
    if settings.first_poll is FirstPoll.ALL:
        return EntryState.PENDING
    if settings.first_poll is FirstPoll.SINCE:
        date = announced.published_at or announced.updated_at
        if date is not None and date >= now - (settings.first_poll_since or timedelta()):
            return EntryState.PENDING
    return EntryState.BASELINE
