"""May this page be fetched, after its host's robots.txt (RFC 9309)?"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from monitor.model import Document, FailureReason, FetchFailed

# What is read of a robots.txt; the standard asks for at least 500 KiB.
ROBOTS_BYTES = 512_000
# Seconds that rules are believed (at most a day, RFC 9309 §2.4).
_BELIEVED = 86_400.0
# Seconds that a host whose rules could not be had is left alone. Short, so that a page's second and
# third try have a chance.
_LEFT_ALONE = 60.0
_ORIGINS = 1_000
# Parsed rules take some ten times their text; so many characters of text are kept in all.
_TEXTS = 8_000_000
# Failures after which the rules count as unavailable, which admits (RFC 9309 §2.3.1.3), not as
# unreachable, which forbids for the time being.
_UNAVAILABLE = frozenset(
    (
        FailureReason.HTTP_3XX,
        FailureReason.HTTP_4XX,
        FailureReason.GONE,
        FailureReason.REDIRECT,
        FailureReason.EMPTY,
        FailureReason.BAD_ENCODING,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of an origin: rules, None where everything is admitted, or why none can be had."""

    found: Protego | FetchFailed | None
    size: int
    until: float


class Robots:
    """The rules of the origins seen lately, in memory; for any number of threads."""

    def __init__(self, user_agent: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = product_token(user_agent)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._size = 0

    def refusal(
        self, origin: str, url: str, fetch: Callable[[str], Document | FetchFailed]
    ) -> FetchFailed | None:
        """Return why the page at `url` is not to be fetched now, or None where it may be.

        `fetch` brings the origin's robots.txt where it is not known. Where it cannot be reached, the
        page shares its failure, so that both are tried again.
        """
        found = self._recall(origin)
        if isinstance(found, _Known):
            rules = found.found
        else:
            rules = self._learn(origin, fetch(f"{origin}/robots.txt"))
        if rules is None or isinstance(rules, FetchFailed):
            return rules
        if rules.can_fetch(url, self._token):
            return None
        return FetchFailed(reason=FailureReason.ROBOTS, detail="the site's robots.txt excludes this page")

    def _learn(self, origin: str, answer: Document | FetchFailed) -> Protego | FetchFailed | None:
        if isinstance(answer, Document):
            text = answer.body.decode("utf-8-sig", "replace")
            known = _Known(found=Protego.parse(text), size=len(text), until=self._clock() + _BELIEVED)
        elif answer.reason in _UNAVAILABLE:
            known = _Known(found=None, size=0, until=self._clock() + _BELIEVED)
        else:
            known = _Known(found=answer, size=0, until=self._clock() + _LEFT_ALONE)
        with self._lock:
            self._forget(origin)
            self._known[origin] = known
            self._size += known.size
            while len(self._known) > _ORIGINS or self._size > _TEXTS:
                self._forget(next(iter(self._known)))
        return known.found

    def _recall(self, origin: str) -> _Known | None:
        with self._lock:
            known = self._known.get(origin)
            if known is None or known.until <= self._clock():
                return None
            self._known.move_to_end(origin)
            return known

    def _forget(self, origin: str) -> None:
        known = self._known.pop(origin, None)
        if known is not None:
            self._size -= known.size


def product_token(user_agent: str) -> str:
    """Return the name under which robots.txt addresses us: `news-monitor/1.0 (+…)` is `news-monitor`."""
    return user_agent.partition("/")[0].partition(" ")[0].strip() or "news-monitor"
