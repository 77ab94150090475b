"""`monitor feeds poll`, `reset`, `pause` and `resume`: what people say of one feed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from monitor.config.values import did_you_mean
from monitor.errors import UsageError
from monitor.model import FeedId
from monitor.tables import Shown

Deed = Literal["poll", "reset", "pause", "resume"]

_DONE: Mapping[Deed, str] = {
    "poll": "due now: a running service polls it at once, or `monitor once` does",
    "reset": "begins anew: due now, what it shows then is remembered without an alert",
    "pause": "rests until `monitor feeds resume`",
    "resume": "polled again, due now",
}
_NOT_DONE: Mapping[Deed, str] = {
    "poll": "it rests; `monitor feeds resume` has it polled again",
    "reset": "it is not there any more",
    "pause": "it rests already",
    "resume": "it does not rest",
}


class Steered(Protocol):
    """What is asked of the store."""

    def status(self, now: datetime) -> Mapping[str, Any]: ...  # noqa: D102
    def poll_now(self, feed: FeedId, now: datetime) -> bool: ...  # noqa: D102
    def begin_anew(self, feed: FeedId, now: datetime) -> bool: ...  # noqa: D102
    def pause(self, feed: FeedId, now: datetime) -> bool: ...  # noqa: D102
    def resume(self, feed: FeedId, now: datetime) -> bool: ...  # noqa: D102


def steer_feeds(
    deed: Deed, names: Sequence[str] | None, store: Steered, configured: Iterable[FeedId], now: datetime
) -> Shown:
    """Do it to each of these feeds, without names to all that are not paused; tell what became of it.

    Raises:
        UsageError: one of them is not known; then nothing is done.
    """
    feeds = store.status(now)["feeds"]
    stored = {each["id"] for each in feeds}
    if names is None:
        names = [each["id"] for each in feeds if each["paused_at"] is None]
    waiting = frozenset(configured) - stored
    for name in names:
        if name not in stored:
            raise UsageError(_unknown(name, stored, waiting))
    does = {"poll": store.poll_now, "reset": store.begin_anew, "pause": store.pause, "resume": store.resume}[
        deed
    ]
    done = {name: does(FeedId(name), now) for name in names}
    words = [f"{name}: {_DONE[deed] if each else _NOT_DONE[deed]}" for name, each in done.items()]
    changed = [name for name, each in done.items() if each]
    unchanged = [name for name, each in done.items() if not each]
    return Shown(
        plain={"done": changed, "not_done": unchanged},
        words=tuple(words),
        failed=deed == "poll" and bool(unchanged),
    )


def _unknown(name: str, stored: Iterable[str], waiting: Iterable[str]) -> str:
    if name in waiting:
        why = "no service has started with it yet; it is polled as soon as one does"
        return f"feed '{name}' is configured, but {why}"
    return f"there is no feed '{name}'{did_you_mean(name, [*stored, *waiting])}"
