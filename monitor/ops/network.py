"""`monitor check --network`: does each feed answer with a feed, and is somebody there at each receiver?

Nothing is stored, and nothing is sent to a receiver.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from monitor.config.schema import Config
from monitor.model import (
    ArticleSource,
    Document,
    FailureReason,
    FeedSettings,
    FetchFailed,
    NotModified,
    ParsedFeed,
    ParseFailed,
    Receiver,
    Reply,
    SandboxFailed,
    Validators,
)
from monitor.ops.discovery import age_of
from monitor.tables import Shown, Table, many, shown_time
from monitor.text.urls import canonical_url, host_of, shown_url

AT_ONCE = 32
# For everything; what was not asked by then is told so.
PATIENCE = timedelta(minutes=5)
# Pages of a feed for which robots.txt is asked: the newest.
_PAGES = 20
_FEED_OURS = "if it is yours, 'network.allow_private' admits its range"
_RECEIVER_OURS = "if it is yours, 'allow_private: true' at the receiver admits it"


class Web(Protocol):
    """What is asked of the web; never raises for what a server does."""

    def revalidate(self, url: str, validators: Validators) -> Document | NotModified | FetchFailed:
        """Ask for a feed."""
        ...

    def admits(self, url: str) -> FetchFailed | None:
        """Return why robots.txt excludes a page, if it does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Whom to ask, and what reads a feed where it can be killed."""

    web: Web
    read: Callable[[Document], ParsedFeed | ParseFailed | SandboxFailed]
    reach: Callable[[Receiver], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking a feed or a receiver; all is well without a `reason`.

    `notes` are for people. Of a feed, `excluded` counts those of `pages` that robots.txt keeps from us,
    `redirected` is where it stands now, as it may be shown, `moved` says that it does so for good.
    """

    name: str
    url: str = ""
    reason: str | None = None
    detail: str = ""
    format: str = ""
    entries: int = 0
    newest: datetime | None = None
    redirected: str | None = None
    moved: bool = False
    pages: int = 0
    excluded: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What came of asking everybody, in the order of the configuration."""

    feeds: Sequence[Asked]
    receivers: Sequence[Asked]


def ask_network(
    config: Config,
    world: World,
    pause: timedelta,
    progress: Callable[[int], None],
    patience: timedelta = PATIENCE,
) -> Answers:
    """Ask every feed and receiver; feeds of one host one after another, with a `pause` between them."""
    jobs = [
        *(_Job(host_of(each.shown_url), partial(ask_feed, each, world)) for each in config.feeds),
        *(_Job("", partial(ask_receiver, each, world)) for each in config.receivers),
    ]
    late = Asked(name="", reason="timeout", detail=f"not asked within {patience.total_seconds():g} s")
    unasked = [
        *(replace(late, name=each.id, url=each.shown_url) for each in config.feeds),
        *(replace(late, name=each.name) for each in config.receivers),
    ]
    done = _done(jobs, pause, progress, patience)
    answers = [done.get(number, instead) for number, instead in enumerate(unasked)]
    return Answers(feeds=answers[: len(config.feeds)], receivers=answers[len(config.feeds) :])


def ask_feed(feed: FeedSettings, world: World) -> Asked:
    """Fetch and read a feed once, as its first poll would, and look whether its pages may be fetched."""
    asked = Asked(name=feed.id, url=feed.shown_url)
    answer = world.web.revalidate(feed.url, Validators())
    if isinstance(answer, NotModified):
        return replace(asked, reason=FailureReason.PROTOCOL.value, detail="answered 304 to nothing")
    if isinstance(answer, FetchFailed):
        notes = (_FEED_OURS,) if answer.reason is FailureReason.PRIVATE_ADDRESS else ()
        return replace(asked, reason=answer.reason.value, detail=answer.detail, notes=notes)
    elsewhere = canonical_url(answer.url) != canonical_url(feed.url)
    asked = replace(
        asked, redirected=shown_url(answer.url) if elsewhere else None, moved=answer.moved_to is not None
    )
    read = world.read(answer)
    if not isinstance(read, ParsedFeed):
        return replace(asked, reason=read.reason.value, detail=read.detail)
    links = [each.link for each in read.entries if each.link][:_PAGES]
    admitted = _admitted(links, world.web) if feed.articles is ArticleSource.PAGE else []
    asked = replace(
        asked,
        format=read.format,
        entries=len(read.entries),
        newest=max((each.published_at for each in read.entries if each.published_at), default=None),
        pages=len(admitted),
        excluded=admitted.count(False),
    )
    return replace(asked, notes=tuple(_notes(asked)))


def _admitted(links: Sequence[str], web: Web) -> Sequence[bool]:
    """Tell of each page whether robots.txt admits it, up to the first whose rules cannot be had now."""
    admitted: list[bool] = []
    for link in links:
        refusal = web.admits(link)
        if refusal is not None and refusal.reason is not FailureReason.ROBOTS:
            break
        admitted.append(refusal is None)
    return admitted


def ask_receiver(receiver: Receiver, world: World) -> Asked:
    """Connect to a receiver, and send nothing."""
    reply = world.reach(receiver)
    reason = None if reply.reason is None else reply.reason.value
    notes = (_RECEIVER_OURS,) if reply.reason is FailureReason.PRIVATE_ADDRESS else ()
    return Asked(name=receiver.name, reason=reason, detail=reply.detail, notes=notes)


def _notes(asked: Asked) -> Iterator[str]:
    if asked.redirected and asked.moved:
        yield f"moved for good to {asked.redirected}: write that address"
    elif asked.redirected:
        yield f"redirects to {asked.redirected}"
    if not asked.entries:
        yield "holds no entry now"
    if asked.excluded:
        yield (
            f"robots.txt excludes {asked.excluded} of {many(asked.pages, 'page', 'pages')}: "
            "these are matched on what the feed carries"
        )


# ---- at the same time ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """Work, one after another with other work of the same host, if one is named."""

    host: str
    work: Callable[[], Asked]


def _done(
    jobs: Sequence[_Job], pause: timedelta, progress: Callable[[int], None], patience: timedelta
) -> Mapping[int, Asked]:
    """Return what came of jobs within the time that there is, by their number."""
    queues: dict[object, list[int]] = {}
    for number, job in enumerate(jobs):
        queues.setdefault(job.host or number, []).append(number)
    done: dict[int, Asked] = {}
    over, lock = threading.Event(), threading.Lock()

    def work_off(queue: Sequence[int]) -> None:
        for number in queue:
            if over.wait(pause.total_seconds() if number != queue[0] else 0):
                return
            answer = jobs[number].work()
            with lock:
                done[number] = answer
                progress(len(done))

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        futures = [pool.submit(work_off, queue) for queue in queues.values()]
        for future in wait(futures, patience.total_seconds()).done:
            future.result()
    finally:
        # Whoever is still being asked is not waited for: closing the doors breaks that off.
        over.set()
        pool.shutdown(wait=False, cancel_futures=True)
    with lock:
        return dict(done)


# ---- shown -----------------------------------------------------------------------------------------


def with_network(checked: Shown, answers: Answers, now: datetime) -> Shown:
    """Return what `check` says, and what the network said; failed where anybody failed."""
    everybody = (*answers.feeds, *answers.receivers)
    failed = sum(each.reason is not None for each in everybody)
    tables = (
        Table(
            title="Feeds",
            columns=("feed", "", "entries", "newest", "remarks"),
            rows=[(each.name, _verdict(each), *_holds(each, now), _remarks(each)) for each in answers.feeds],
            empty="no feeds",
            prose=True,
        ),
        Table(
            title="Receivers",
            columns=("receiver", "", "remarks"),
            rows=[(each.name, _verdict(each), _remarks(each)) for each in answers.receivers],
            empty="no receivers",
            prose=True,
        ),
    )
    words = (
        f"{many(failed, 'fails', 'fail')} of {len(everybody)} feeds and receivers"
        if failed
        else f"all {len(everybody)} feeds and receivers answer",
        "nothing was sent to a receiver; `monitor receivers test NAME` does",
    )
    assert isinstance(checked.plain, dict)
    network = {
        "feeds": [_plain_feed(each) for each in answers.feeds],
        "receivers": [_plain_receiver(each) for each in answers.receivers],
    }
    return replace(
        checked,
        plain={**checked.plain, "network": network},
        tables=tables,
        words=(*checked.words, *words),
        failed=failed > 0,
    )


def _verdict(asked: Asked) -> str:
    return asked.reason or "ok"


def _holds(asked: Asked, now: datetime) -> tuple[str, str]:
    return (
        ("", "") if asked.reason else (str(asked.entries), age_of(asked.newest, now) if asked.entries else "")
    )


def _remarks(asked: Asked) -> str:
    return "; ".join(each for each in (asked.detail, *asked.notes) if each)


def _plain_feed(asked: Asked) -> dict[str, Any]:
    return {
        "id": asked.name,
        "url": asked.url,
        "reason": asked.reason,
        "detail": asked.detail,
        "format": asked.format or None,
        "entries": asked.entries,
        "newest_at": None if asked.newest is None else shown_time(asked.newest),
        "redirected_to": asked.redirected,
        "moved": asked.moved,
        "pages": asked.pages,
        "pages_excluded": asked.excluded,
    }


def _plain_receiver(asked: Asked) -> dict[str, Any]:
    return {"name": asked.name, "reason": asked.reason, "detail": asked.detail}
