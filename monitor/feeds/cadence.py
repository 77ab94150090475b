"""When should a feed be asked again, and where?

Observations. Few feeds say truly how often they change; most bring nothing at most polls. Servers that
are in trouble need rest, and a feed that is back must not wait for days.

Theory of operation. The wait shrinks after a poll that brought news and grows after one that did not,
so that it settles where about one poll in four brings some. What servers say of freshness may prolong
the wait a little, and never shortens it. A user's `every` is taken exactly. Failures in a row double
the wait, up to a day, for ever.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from monitor.feeds.health import HealthPolicy, answered, failed
from monitor.feeds.novelty import Novelty
from monitor.model import (
    Dice,
    Document,
    FailureReason,
    Feed,
    FeedSettings,
    FeedState,
    FetchFailed,
    NotModified,
    ParsedFeed,
    ParseFailed,
    SandboxFailed,
    Validators,
)

# When a feed that answered 410 is due: the store holds it, and nobody lives to see it.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)

# Doublings after which every wait is at its limit (1 s · 2^30 is 34 years).
_DOUBLINGS = 30
_SLOW_DOWN = frozenset((429, 503))
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class CadencePolicy:
    """How often feeds are asked.

    Waits: `first` after a feed's first success, then between `shortest` and `longest`, times `faster`
    after news and `slower` without (0.6 and 1.2 balance where 26 % of the polls bring news). `hint` is
    how far a server's wish may prolong a wait: many say a day and change each hour. `jitter` is the
    largest part by which a wait is prolonged by chance, so that feeds added together drift apart.

    Failures: the wait doubles up to `backoff` (the promise of the guarantees); from `failing_after` in
    a row on a feed is failing, for one or two are everyday; `falls_back_after` as many, an address that
    a feed moved to is given up. `moves_after` equal permanent redirects in a row a feed has moved.
    """

    first: timedelta = timedelta(minutes=15)
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=6)
    faster: float = 0.6
    slower: float = 1.2
    hint: timedelta = timedelta(hours=1)
    jitter: float = 0.1
    backoff: timedelta = timedelta(hours=24)
    failing_after: int = 3
    falls_back_after: int = 3
    moves_after: int = 3
    health: HealthPolicy = field(default_factory=HealthPolicy)


def address_of(before: Feed, settings: FeedSettings) -> str:
    """Return where to ask: the configured URL, or where the feed has moved to for good.

    A stored target that ends in `?` stands for one with the configured query, which may hold a secret
    and is never stored.
    """
    if not before.moved or before.moved_to is None:
        return settings.url
    if before.moved_to.endswith("?"):
        return before.moved_to + urlsplit(settings.url).query
    return before.moved_to


def polled(
    before: Feed,
    settings: FeedSettings,
    answer: Document | NotModified,
    read: ParsedFeed | NotModified,
    news: Novelty,
    now: datetime,
    policy: CadencePolicy,
    dice: Dice,
) -> Feed:
    """Return the feed after an answer that could be read: well, and due after its interval.

    Validators and digest are taken over here only, so that they are stored with the entries.
    """
    interval = _interval_after(before, settings, read, news, policy)
    moved = _moved(before, settings, answer, policy)
    seen = replace(
        answered(moved, news, now, policy.health),
        validators=_validators_after(before, answer),
        failures=0,
        polls=before.polls + 1,
        entries=before.entries + len(news.entries),
        interval=interval,
        due_at=now + _spread(_prolonged(interval, settings, answer, read, policy), settings, policy, dice),
        last_ok_at=now,
        last_new_at=now if news.entries else before.last_new_at,
    )
    if isinstance(read, NotModified):
        return seen
    digest = sha256(answer.body).digest() if isinstance(answer, Document) else before.body_digest
    return replace(
        seen,
        title=read.title or before.title,
        body_digest=digest,
        first_polled_at=before.first_polled_at or now,
    )


def missed(
    before: Feed,
    settings: FeedSettings,
    failure: FetchFailed | ParseFailed | SandboxFailed,
    now: datetime,
    policy: CadencePolicy,
    dice: Dice,
) -> Feed:
    """Return the feed after a poll that brought nothing: asked again later, for ever.

    The reason is told from the first failure on, the state changes after several. A 410 ends polling,
    except at an address that the feed moved to: then the configured one is asked again. Validators and
    digest stay, for they belong to the entries that are stored; falling back drops the validators,
    which another address gave.
    """
    failures = before.failures + 1
    asked = replace(before, failures=failures, polls=before.polls + 1)
    gone = failure.reason is FailureReason.GONE or (
        isinstance(failure, FetchFailed) and failure.status == _GONE
    )
    if gone and not before.moved:
        ended = replace(asked, due_at=NEVER)
        return failed(ended, FeedState.GONE, FailureReason.GONE, now, policy.health)
    if before.moved and (gone or failures >= policy.falls_back_after):
        asked = replace(asked, moved=False, moved_to=None, moved_times=0, validators=Validators())
    interval = settings.every or _within(before.interval, policy)
    wait = _spread(_backed_off(interval, failures, failure, policy), settings, policy, dice)
    asked = replace(asked, interval=interval, due_at=now + wait)
    state = FeedState.FAILING if failures >= policy.failing_after else before.state
    return failed(asked, state, failure.reason, now, policy.health)


# ---- waits -----------------------------------------------------------------------------------


def _interval_after(
    before: Feed,
    settings: FeedSettings,
    read: ParsedFeed | NotModified,
    news: Novelty,
    policy: CadencePolicy,
) -> timedelta:
    """Return the wait that suits the feed; what it showed at first was not news."""
    if settings.every is not None:
        return settings.every
    if before.first_polled_at is None and isinstance(read, ParsedFeed):
        return _within(policy.first, policy)
    return _within(
        _within(before.interval, policy) * (policy.faster if news.entries else policy.slower), policy
    )


def _within(interval: timedelta, policy: CadencePolicy) -> timedelta:
    return min(max(interval, policy.shortest), policy.longest)


def _prolonged(
    interval: timedelta,
    settings: FeedSettings,
    answer: Document | NotModified,
    read: ParsedFeed | NotModified,
    policy: CadencePolicy,
) -> timedelta:
    """Return the wait with what the answer, or the feed, says of how long it may be kept."""
    if settings.every is not None:
        return interval
    wishes = (answer.freshness.max_age, read.freshness.max_age)
    return max(interval, *(min(wish, policy.hint) for wish in wishes if wish is not None), timedelta())


def _backed_off(
    interval: timedelta,
    failures: int,
    failure: FetchFailed | ParseFailed | SandboxFailed,
    policy: CadencePolicy,
) -> timedelta:
    """Return the wait after so many failures: as long as the server asks, else doubled each time.

    Either is at most the policy's `backoff`, and never shorter than the feed's own interval.
    """
    asked = failure.retry_after if isinstance(failure, FetchFailed) else None
    if asked is not None and isinstance(failure, FetchFailed) and failure.status in _SLOW_DOWN:
        return max(interval, min(asked, policy.backoff))
    if interval >= policy.backoff:
        return interval
    return min(interval * (1 << min(failures - 1, _DOUBLINGS)), policy.backoff)


def _spread(wait: timedelta, settings: FeedSettings, policy: CadencePolicy, dice: Dice) -> timedelta:
    """Return the wait prolonged a little by chance, unless the user said how long it is."""
    return wait if settings.every is not None else wait * (1 + policy.jitter * dice.random())


# ---- validators, address ------------------------------------------------------------------------


def _validators_after(before: Feed, answer: Document | NotModified) -> Validators:
    """Return the validators to send next; a 304 may leave out those that still hold."""
    if isinstance(answer, Document):
        return answer.validators
    return Validators(
        etag=answer.validators.etag or before.validators.etag,
        last_modified=answer.validators.last_modified or before.validators.last_modified,
    )


def _moved(
    before: Feed, settings: FeedSettings, answer: Document | NotModified, policy: CadencePolicy
) -> Feed:
    """Return the feed with its count of equal permanent redirects; a feed that moved stays there."""
    if before.moved:
        return before
    target = _target(settings.url, answer.moved_to) if answer.moved_to else None
    if target is None:
        stays = before.moved_to is None and not before.moved_times
        return before if stays else replace(before, moved_to=None, moved_times=0)
    times = before.moved_times + 1 if target == before.moved_to else 1
    return replace(before, moved_to=target, moved_times=times, moved=times >= policy.moves_after)


def _target(url: str, target: str) -> str | None:
    """Return how a redirect's target may be stored; None where it might hold a secret, or go astray."""
    try:
        old, new = urlsplit(url), urlsplit(target)
        userinfo = "@" in old.netloc or "@" in new.netloc
    except ValueError:
        return None
    if userinfo or not new.netloc or new.scheme not in ("http", "https"):
        return None
    if (old.scheme, new.scheme) == ("https", "http") or new.query not in ("", old.query):
        return None
    secrets = {old.query, *(value for _, value in parse_qsl(old.query))} - {""}
    if any(secret in unquote(new.netloc + new.path) for secret in secrets):
        return None
    stored = urlunsplit((new.scheme, new.netloc, new.path, "", ""))
    return f"{stored}?" if new.query else stored
