"""Which feeds does the configuration name? Addresses, mappings, sitemaps and OPML files → FeedSettings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from monitor.config import values
from monitor.config.files import read_bytes
from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawBrake, RawFeed
from monitor.config.opml import NotOpml, Outline, read_opml
from monitor.config.places import Listing, Place, Table, Text, as_table, is_null
from monitor.config.reading import read
from monitor.config.secret import Sources, resolved
from monitor.model import Brake, FeedId, FeedSettings
from monitor.text.ids import derive_id
from monitor.text.urls import shown_url

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LARGEST_OPML = 10_000_000
_KINDS = ("url", "opml", "sitemap")


@dataclass(frozen=True, slots=True)
class _Taken:
    """The feeds so far, and where each id and each address was first named."""

    feeds: list[FeedSettings] = field(default_factory=list)
    ids: dict[str, Place] = field(default_factory=dict)
    urls: dict[str, Place] = field(default_factory=dict)
    brake: Brake | None = field(default_factory=Brake)
    allowed: Sequence[IPv4Network | IPv6Network] = ()


def read_feeds(
    spot: Spot | None, brake: RawBrake, allowed: Sequence[str], sources: Sources, findings: Findings
) -> tuple[FeedSettings, ...]:
    """Return the feeds of the list `feeds`, in order.

    `brake` is that of a feed without its own, `allowed` are the private ranges that feeds may be in.
    """
    if spot is None:
        return ()
    if not isinstance(spot.node, Listing):
        spot.fault(findings, "is not a list; write one address in each line, after '- '")
        return ()
    taken = _Taken(brake=_brake(brake, Brake()), allowed=tuple(map(ip_network, allowed)))
    for index, node in enumerate(spot.node):
        table = as_table({Text("url", node.place): node}, node.place) if isinstance(node, Text) else node
        each = Spot(table, (*spot.path, index))
        raw = read(RawFeed, each, findings)
        if raw is not None:
            _add(raw, each, sources, taken, findings)
    return tuple(taken.feeds)


def feed_id(url: str) -> str:
    """Return a stable id from a feed's host and path: `example-org-news-rss`.

    A query, which may hold a secret, shows as six digits derived from it.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    name = slug(f"{host} {parts.port or ''} {parts.path}") or "feed"
    if len(name) > 80 or parts.query:  # noqa: PLR2004  (an id has at most 100 characters)
        name = f"{name[:80].rstrip('-')}-{derive_id('', parts.path, parts.query, digits=6)}"
    return name


def slug(text: str) -> str:
    """Return a text as lower-case ASCII words joined by hyphens; empty where it has no Latin letters."""
    german = text.lower().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xDF: "ss"})
    plain = unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _add(raw: RawFeed, spot: Spot, sources: Sources, taken: _Taken, findings: Findings) -> None:
    given = [kind for kind in _KINDS if getattr(raw, kind) is not None]
    if len(given) > 1:
        spot.fault(findings, f"says {' and '.join(given)}; write one of them", given[1])
        return
    if not given:
        _tell_no_address(spot, findings)
        return
    if raw.every is not None and raw.every < _MINUTE:
        problem = (
            f"asks the feed every {values.spelled(raw.every)}; less than 1m is a burden to a server of others"
        )
        spot.warn(findings, problem, "every")
    if raw.opml is not None:
        _add_opml(raw, raw.opml, spot, sources, taken, findings)
        return
    written = raw.url or raw.sitemap or ""
    try:
        url = values.web_url(resolved(written, sources))
    except ValueError as error:
        spot.fault(findings, str(error), given[0])
        return
    _keep(
        raw,
        url,
        str(raw.id or feed_id(url)),
        {str(key): str(word) for key, word in raw.labels.items()},
        spot,
        spot.place("id" if raw.id else given[0]),
        taken,
        findings,
    )


def _tell_no_address(spot: Spot, findings: Findings) -> None:
    """Say that no address is given; one that is faulty is told already."""
    written = (
        {key: node for key, node in spot.node.items() if key in _KINDS}
        if isinstance(spot.node, Table)
        else {}
    )
    if not written:
        spot.fault(findings, "key 'url' is missing; write url, sitemap or opml")
    for key, node in written.items():
        if is_null(node):
            spot.fault(findings, "is empty; write the address of a feed", str(key))


def _add_opml(
    raw: RawFeed, name: str, spot: Spot, sources: Sources, taken: _Taken, findings: Findings
) -> None:
    try:
        outlines = read_opml(read_bytes(sources.folder / name, name, LARGEST_OPML))
    except NotOpml as error:
        findings.fault(Place(name, error.line, error.column), spot.path, str(error))
        return
    except ValueError as error:
        spot.fault(findings, str(error), "opml")
        return
    if not outlines:
        spot.warn(findings, f"'{name}' names no feed", "opml")
    for outline in outlines:
        place = Place(name, outline.line, 1)
        try:
            url = values.web_url(outline.url)
        except ValueError as error:
            findings.fault(place, spot.path, str(error))
            continue
        if url in taken.urls:
            findings.warn(place, spot.path, f"{shown_url(url)} is named already; it is polled once")
            continue
        labels = {**outline.labels, **{str(key): str(word) for key, word in raw.labels.items()}}
        try:
            own_id, every = _own(outline, raw, url, taken)
        except ValueError as error:
            findings.fault(place, spot.path, str(error))
            continue
        own = raw.model_copy(update={"every": every})
        _keep(own, url, own_id, labels, spot, place, taken, findings, outline.title)


def _own(outline: Outline, raw: RawFeed, url: str, taken: _Taken) -> tuple[str, timedelta | None]:
    """Return the id and the wait of a feed in a list, of which the configuration speaks as a whole.

    Addresses that are nearly alike would have one id: the later one then gets digits made from it.

    Raises:
        ValueError: what the list says of them is no good.
    """
    prefix = f"{raw.id}-" if raw.id else ""
    name = values.identifier(outline.id) if outline.id else feed_id(url)
    every = values.duration(outline.every, _SECOND) if outline.every else None
    name = name if name.startswith(prefix) else prefix + name
    if name in taken.ids and not outline.id:
        name = f"{name[:90]}-{derive_id('', url, digits=6)}"
    return name, raw.every or every


def _keep(
    raw: RawFeed,
    url: str,
    name: str,
    labels: Mapping[str, str],
    spot: Spot,
    place: Place,
    taken: _Taken,
    findings: Findings,
    title: str = "",
) -> None:
    if url in taken.urls:
        line = taken.urls[url].line
        findings.fault(place, spot.path, f"the same address stands in line {line} already; remove one")
        return
    if name in taken.ids:
        first = taken.ids[name]
        problem = (
            f"id '{name}' belongs to the feed in {first.file}:{first.line} already; write 'id:' with another"
        )
        findings.fault(place, spot.path, problem)
        return
    if _is_refused(url, taken.allowed):
        problem = "is at a private address, which is never asked; 'network.allow_private' admits its range"
        findings.warn(place, spot.path, f"{shown_url(url)} {problem}")
    taken.urls[url] = taken.ids[name] = place
    first_poll, since = raw.first_poll
    taken.feeds.append(
        FeedSettings(
            id=FeedId(name),
            url=url,
            shown_url=shown_url(url),
            title=title,
            every=raw.every,
            first_poll=first_poll,
            first_poll_since=since,
            articles=raw.articles,
            labels=labels,
            brake=taken.brake if raw.brake is None else _brake(raw.brake, taken.brake or Brake()),
        )
    )


def _is_refused(url: str, allowed: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Return whether an address is private by what is written; where a name leads is seen at a poll."""
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return False
    return not address.is_global and not any(address in network for network in allowed)


def _brake(raw: RawBrake, base: Brake) -> Brake | None:
    """Return a brake with what is not written taken from another; None where it is off."""
    if raw.off:
        return None
    return replace(
        base,
        share=base.share if raw.share is None else raw.share,
        alerts=raw.alerts or base.alerts,
        wait=raw.wait or base.wait,
    )
