"""What is said of each step, in the log and in the counts?"""

from collections.abc import Sequence

from monitor.alerts.raising import Raised
from monitor.feeds.novelty import Novelty
from monitor.model import (
    Alert,
    Attempt,
    Delivery,
    Edit,
    Entry,
    EventType,
    Feed,
    FetchFailed,
    NotModified,
    ParsedFeed,
    ParseFailed,
    Reply,
    SandboxFailed,
    Verdict,
)
from monitor.ports import Claim, Processed, Report, Step

_NOTHING: frozenset[Step] = frozenset()
_PROCESS = frozenset((Step.PROCESS,))
_COUNTED = {
    EventType.MATCH_CREATED: "alerted",
    EventType.MATCH_UPDATED: "updated",
    EventType.MATCH_RETRACTED: "retracted",
    EventType.ARTICLE_CORRECTED: "corrected",
}


def poll_report(
    feed: Feed,
    read: ParsedFeed | NotModified | FetchFailed | ParseFailed | SandboxFailed,
    news: Novelty,
    reopened: int,
    claimed: Sequence[Claim[Entry]] = (),
) -> Report:
    """Return what came of asking a feed; what its owner is to be told is not in it."""
    counts = {"polled": 1, "reopened": reopened}
    facts: dict[str, str | int | bool | None] = {"state": feed.state.value}
    if isinstance(read, ParsedFeed):
        counts |= {"read": 1, "entries": len(news.pending)}
        facts |= {
            "format": read.format,
            "announced": len(read.entries) + len(read.settled),
            "new": len(news.entries),
            "gap": news.gap,
            "storm": news.storm,
        }
        due = _PROCESS if len(news.pending) > len(claimed) or reopened else _NOTHING
        return Report(
            step=Step.POLL,
            row=feed.id,
            outcome="read",
            facts=facts,
            counts=counts,
            due=due,
            claimed=claimed,
        )
    if isinstance(read, NotModified):
        counts["not_modified"] = 1
        return Report(
            step=Step.POLL, row=feed.id, outcome="not_modified", facts=facts, counts=counts, due=_NOTHING
        )
    counts["failed"] = 1
    facts |= {"detail": read.detail, "failures": feed.failures}
    return Report(
        step=Step.POLL, row=feed.id, outcome="failed", reason=read.reason, facts=facts, counts=counts
    )


def process_report(worth: Processed, raised: Raised) -> Report:
    """Return what came of an article that was read for the first time."""
    article, matched = worth.article, worth.matched
    used = "extracted" if article.fallback is None else f"fell_back.{article.fallback.value}"
    if article.verdict is Verdict.UNREAD:
        used = "unread"
    counts = {
        used: 1,
        "matched" if matched.matches else "unmatched": 1,
        **_raised_counts(raised, len(worth.held)),
    }
    facts = {
        "feed": article.feed_id,
        "verdict": article.verdict.value,
        "language": article.language,
        "matches": len(matched.matches),
        "alerts": len(raised.alerts),
        "story": worth.story.id if matched.matches else None,
    }
    outcome = "matched" if matched.matches else "no_match"
    return Report(
        step=Step.PROCESS,
        row=article.entry_id,
        outcome=outcome,
        reason=article.fallback,
        facts=facts,
        counts=counts,
        due=None if worth.deliveries else _NOTHING,
    )


def edit_report(worth: Processed, edit: Edit, raised: Raised) -> Report:
    """Return what came of an article that was read again and had changed."""
    facts: dict[str, str | int | bool | None] = {
        "feed": worth.article.feed_id,
        "revision": edit.revision,
        "retitled": edit.title is not None,
        "rewrites": len(edit.rewrites),
        "gone": len(edit.gone),
        "alerts": len(raised.alerts),
    }
    counts = {"reread": 1, **_raised_counts(raised, len(worth.held))}
    return Report(step=Step.PROCESS, row=worth.entry.id, outcome="edited", facts=facts, counts=counts)


def deliver_report(delivery: Delivery, reply: Reply, attempt: Attempt) -> Report:
    """Return what came of an attempt."""
    facts = {
        "receiver": delivery.receiver,
        "type": delivery.event_type.value,
        "attempt": attempt.number,
        "status": reply.status,
        "detail": reply.detail or None,
    }
    return Report(
        step=Step.DELIVER,
        row=delivery.id,
        outcome=attempt.state.value,
        reason=attempt.reason,
        facts=facts,
        counts={f"attempts.{attempt.state.value}": 1},
    )


def _raised_counts(raised: Raised, held: int) -> dict[str, int]:
    counts = {"matches": raised.matches, "passed": raised.passed, "raised": len(raised.alerts)}
    suppressed = {f"suppressed.{reason}": count for reason, count in raised.suppressed.items()}
    return counts | {"held.added": held} | _sent(raised.alerts) | suppressed


def _sent(alerts: Sequence[Alert]) -> dict[str, int]:
    """Count the alerts that go out now, each type under its own name."""
    counts = dict.fromkeys(_COUNTED.values(), 0)
    for alert in alerts:
        counts[_COUNTED[alert.type]] += alert.hold is None
    return counts
