"""Which hub does a feed name, what is it asked, and is a push from it? WebSub (W3C, 2018).

A push is a hint: it makes its feed due, and what is new is found by a poll as ever.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from monitor.model import Document, FeedSettings, Hub, ParsedFeed, Pushes, Subscription, SubscriptionState

# What is asked for; a hub may give less, or more.
LEASE = timedelta(days=10)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=30)
# So much of a lease is over when it is asked for anew.
_RENEW = 0.8
# The wait after the first time that a hub was asked; it doubles with each.
_PATIENCE, _MOST_PATIENCE = timedelta(minutes=5), timedelta(days=1)
# A hub that denies is asked again after so long.
DENIED = timedelta(days=1)
# An end that no hub confirms is given up after so many times.
MOST_FAREWELLS = 3
_MOST_CHARS = 2_000
_LINK = re.compile(
    r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]{1,20}\s*=\s*(?:\"[^\"]{0,200}\"|[^\s\";,]{1,200})){0,10})"
)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))", re.IGNORECASE)
# All that the specification names; some large hubs sign by SHA-1 alone, which is still sound for this.
_ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")


def hub_of(answer: Document, read: ParsedFeed, settings: FeedSettings) -> Hub | None:
    """Return the hub that a feed names, in the answer's headers or else in its document.

    A feed whose address holds what may be secret is never told to a hub.
    """
    if settings.url != settings.shown_url:
        return None
    links = _links(answer.links)
    url = links.get("hub") or read.hub
    topic = links.get("self") or read.topic or answer.url
    return Hub(url=url, topic=topic) if url and _is_web(url) and _is_web(topic) else None


def new_path(hub: Hub, token: str) -> str:
    """Return the end of an address that the hub alone is told; `token` is a secret of no other use."""
    return hmac.new(token.encode(), f"{hub.url} {hub.topic}".encode(), "sha256").hexdigest()


def wanted_of(subscription: Subscription, pushes: Pushes) -> Mapping[str, str]:
    """Return the form that asks a hub to begin, to go on, or to end."""
    form = {
        "hub.callback": f"{pushes.public_url}/websub/{subscription.path}",
        "hub.topic": subscription.hub.topic,
    }
    if subscription.state is SubscriptionState.ENDING:
        return {"hub.mode": "unsubscribe", **form}
    lasting = {"hub.lease_seconds": f"{LEASE.total_seconds():.0f}"}
    return {"hub.mode": "subscribe", **form, **lasting, "hub.secret": secret_of(subscription.path, pushes)}


def patience(failures: int) -> timedelta:
    """Return how long a hub that was asked so often has to agree, before it is asked again."""
    return min(_PATIENCE * (1 << min(failures, 16)), _MOST_PATIENCE)


def lease_of(seconds: str | None) -> tuple[timedelta, timedelta]:
    """Return for how long a hub pushes, and after how long it is asked again."""
    given = timedelta(seconds=int(seconds)) if seconds and re.fullmatch(r"[0-9]{1,9}", seconds) else LEASE
    lease = min(max(given, _SHORTEST), _LONGEST)
    return lease, lease * _RENEW


def secret_of(path: str, pushes: Pushes) -> str:
    """Return the secret of one subscription; it stands nowhere."""
    return hmac.new(pushes.key, f"websub {path}".encode(), "sha256").hexdigest()


def is_signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Tell whether a push comes from who knows the secret."""
    algorithm, _, digest = (signature or "").partition("=")
    if algorithm.lower() not in _ALGORITHMS or not digest.isascii():
        return False
    wanted = hmac.new(secret.encode(), body, algorithm.lower()).hexdigest()
    return hmac.compare_digest(wanted, digest.strip().lower())


def _links(header: str) -> Mapping[str, str]:
    """Return the targets of a `Link` header by their relation, the first of each (RFC 8288)."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(header):
        rel = _REL.search(parameters)
        for word in (rel[1] or rel[2]).lower().split() if rel else ():
            found.setdefault(word, target.strip())
    return found


def _is_web(url: str) -> bool:
    if len(url) > _MOST_CHARS or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
