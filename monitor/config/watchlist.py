"""Who wants to hear of what? The watchlists, with every name in them looked up."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from monitor.config import values
from monitor.config.entities import Watched
from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawWatchlist
from monitor.config.places import Listing, Place, Table, Text, child
from monitor.config.reading import read
from monitor.config.receivers import takes_matches
from monitor.matching.query import parse_query
from monitor.model import (
    Budget,
    DigestSchedule,
    EntityId,
    QuietHours,
    Receiver,
    ReceiverName,
    Watchlist,
    WatchlistId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What watchlists may name."""

    watched: Watched
    receivers: tuple[Receiver, ...]
    receiver_names: Collection[str]


def read_watchlists(
    spot: Spot | None, known: Known, findings: Findings
) -> tuple[tuple[Watchlist, ...], Mapping[WatchlistId, str]]:
    """Return the watchlists and their queries; without any there is one, of all for all."""
    if spot is None:
        return (Watchlist(id=WatchlistId("default"), receivers=_all(known)),), {}
    if not isinstance(spot.node, Table):
        spot.fault(
            findings, "is not a mapping; write each watchlist as 'name: {entities: […], receivers: […]}'"
        )
        return (), {}
    found: list[Watchlist] = []
    queries: dict[WatchlistId, str] = {}
    whole = True
    for key, node in spot.node.items():
        try:
            values.identifier(key)
        except ValueError as error:
            findings.fault(key.place, (*spot.path, str(key)), str(error))
        each = Spot(node, (*spot.path, str(key)))
        raw = read(RawWatchlist, each, findings)
        whole = whole and raw is not None
        if raw is not None:
            name = WatchlistId(str(key))
            found.append(_watchlist(name, raw, each, known, findings))
            if raw.when is not None:
                _check_query(raw.when, each, findings)
                queries[name] = str(raw.when)
    if whole:
        _tell_unreachable(found, known, findings)
    return tuple(found), queries


def _watchlist(
    name: WatchlistId, raw: RawWatchlist, spot: Spot, known: Known, findings: Findings
) -> Watchlist:
    quiet = _quiet_hours(raw, spot, findings)
    quiet_tz = quiet[0].tz if quiet else "UTC"
    digest_tz = (raw.digest.tz if raw.digest else None) or quiet_tz
    level = raw.min_salience
    return Watchlist(
        id=name,
        receivers=_receivers(raw, spot, known, findings),
        entities=_entities(raw, spot, known, findings),
        has_query=raw.when is not None,
        min_confidence=raw.min_confidence,
        min_salience=level if isinstance(level, float) else 0.0,
        about_only=level == "about",
        languages=frozenset(raw.languages),
        feed_labels={str(key): tuple(map(str, words)) for key, words in raw.feeds.items()},
        severity=raw.severity,
        labels={str(key): str(word) for key, word in raw.labels.items()},
        quiet_hours=quiet,
        budget=Budget(alerts=raw.budget.alerts, per=raw.budget.per, tz=raw.budget.tz or digest_tz)
        if raw.budget
        else None,
        digest=DigestSchedule(at=tuple(raw.digest.at), tz=digest_tz, days=_days(raw.digest.days))
        if raw.digest
        else None,
    )


def _quiet_hours(raw: RawWatchlist, spot: Spot, findings: Findings) -> tuple[QuietHours, ...]:
    several = isinstance(child(spot.node, "quiet_hours"), Listing)
    for index, quiet in enumerate(raw.quiet_hours):
        if quiet.begin == quiet.end:
            problem = "the quiet begins and ends at the same time; remove quiet_hours, or change one"
            spot.fault(findings, problem, "quiet_hours", *([index] if several else []), "to")
    return tuple(
        QuietHours(
            begin=quiet.begin,
            end="00:00" if quiet.end == "24:00" else quiet.end,
            tz=quiet.tz,
            days=_days(quiet.days),
            spared=frozenset(quiet.spared),
        )
        for quiet in raw.quiet_hours
    )


def _days(written: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*written)


def _entities(raw: RawWatchlist, spot: Spot, known: Known, findings: Findings) -> frozenset[EntityId] | None:
    if raw.entities is None:
        return None
    if not raw.entities:
        spot.warn(findings, "watches nothing; name entities, or remove 'entities' to watch all", "entities")
    named: set[EntityId] = set()
    for index, written in enumerate(raw.entities):
        if written in known.watched.spots:
            named.add(EntityId(str(written)))
        elif written in known.watched.groups:
            named.update(known.watched.groups[written])
        else:
            hint = values.did_you_mean(written, [*known.watched.spots, *filter(None, known.watched.groups)])
            spot.fault(findings, f"unknown entity {values.shown(written)}{hint}", "entities", index)
    return frozenset(named)


def _receivers(raw: RawWatchlist, spot: Spot, known: Known, findings: Findings) -> tuple[ReceiverName, ...]:
    if raw.receivers is None:
        return _all(known)
    if not raw.receivers:
        spot.warn(findings, "alerts nobody; name receivers, or remove 'receivers' for all", "receivers")
    taking = {each.name: takes_matches(each) for each in known.receivers}
    for index, written in enumerate(raw.receivers):
        name = ReceiverName(str(written))
        if name not in known.receiver_names:
            hint = values.did_you_mean(name, known.receiver_names)
            spot.fault(findings, f"unknown receiver {values.shown(name)}{hint}", "receivers", index)
        elif not taking.get(name, True):
            problem = f"receiver '{name}' takes no matches; add match.* to its events"
            spot.warn(findings, problem, "receivers", index)
    return tuple(dict.fromkeys(ReceiverName(str(each)) for each in raw.receivers))


def _all(known: Known) -> tuple[ReceiverName, ...]:
    return tuple(each.name for each in known.receivers if takes_matches(each))


def _check_query(query: Text, spot: Spot, findings: Findings) -> None:
    try:
        parse_query(str(query))
    except ValueError as error:
        place = query.place
        if place.line and "\n" not in query:
            inside = getattr(error, "column", 1) - 1 + int(query.quoted)
            place = Place(place.file, place.line, place.column + inside)
        findings.fault(place, (*spot.path, "when"), str(error))


def _tell_unreachable(watchlists: list[Watchlist], known: Known, findings: Findings) -> None:
    if any(each.entities is None for each in watchlists):
        return
    reached = frozenset[EntityId]().union(*(each.entities or () for each in watchlists))
    for entity in known.watched.entities:
        if entity.id not in reached:
            spot = known.watched.spots[entity.id]
            spot.warn(findings, f"entity '{entity.id}' is in no watchlist: nobody hears of it; add it to one")
