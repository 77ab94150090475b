"""Where do events go? Addresses and mappings → Receiver, with its secrets looked up."""

from monitor.config import values
from monitor.config.addressing import APPRISE, MAIL, address_of, mail_of, template_of
from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawReceiver
from monitor.config.places import Table, Text, as_table
from monitor.config.reading import read
from monitor.config.secret import Sources, is_reference, resolved, signing_key
from monitor.model import EventType, Receiver, ReceiverName

MATCH_EVENTS = frozenset(
    (EventType.MATCH_CREATED, EventType.MATCH_UPDATED, EventType.MATCH_RETRACTED, EventType.DIGEST_CREATED)
)
_TYPES = tuple(each.value for each in EventType)
_PATTERNS = (*_TYPES, *dict.fromkeys(f"{each.partition('.')[0]}.*" for each in _TYPES), "*")
# Chat services check no signature; who reads the standard body should.
_SIGNED = frozenset(("standard", "cloudevents"))
_UNSIGNED = frozenset((MAIL, APPRISE))


def read_receivers(
    spot: Spot | None, sources: Sources, findings: Findings
) -> tuple[tuple[Receiver, ...], frozenset[str]]:
    """Return the receivers, and every name that was given to one, faulty ones too."""
    if spot is None:
        return (), frozenset()
    if not isinstance(spot.node, Table):
        spot.fault(findings, "is not a mapping; write each receiver as 'name: https://…'")
        return (), frozenset()
    found: list[Receiver] = []
    for key, node in spot.node.items():
        try:
            values.identifier(key)
        except ValueError as error:
            findings.fault(key.place, (*spot.path, str(key)), str(error))
        table = as_table({Text("url", node.place): node}, node.place) if isinstance(node, Text) else node
        each = Spot(table, (*spot.path, str(key)))
        raw = read(RawReceiver, each, findings)
        if raw is not None:
            found.append(_receiver(ReceiverName(str(key)), raw, each, sources, findings))
    _check_fallback(found, spot, findings)
    return tuple(found), frozenset(str(key) for key in spot.node)


def takes_matches(receiver: Receiver) -> bool:
    """Return whether a receiver takes any event that tells a match."""
    if receiver.events is None:
        return True
    kinds = {pattern.removesuffix("*") for pattern in receiver.events if pattern.endswith("*")}
    return any(each in receiver.events or each.startswith(tuple(kinds)) for each in MATCH_EVENTS)


def _receiver(
    name: ReceiverName, raw: RawReceiver, spot: Spot, sources: Sources, findings: Findings
) -> Receiver:
    events = tuple(str(each) for each in raw.events) if raw.events is not None else None
    for index, pattern in enumerate(events or ()):
        if pattern not in _PATTERNS:
            hint = values.did_you_mean(pattern, _PATTERNS)
            spot.fault(findings, f"unknown event {values.shown(pattern)}{hint}", "events", index)
    if events == ():
        spot.warn(findings, "takes no event; remove 'events', or name some", "events")
    return Receiver(
        name=name,
        url=address_of(raw, spot, sources, findings),
        secrets=_secrets(raw, spot, sources, findings),
        format=raw.format,
        timeout=raw.timeout,
        events=events,
        fallback=raw.fallback,
        allow_private=raw.allow_private,
        at_once=raw.at_once,
        rate=raw.rate,
        template=template_of(raw, spot, findings),
        mail=mail_of(raw, spot, sources, findings),
    )


def _secrets(raw: RawReceiver, spot: Spot, sources: Sources, findings: Findings) -> tuple[bytes, ...]:
    keys: list[bytes] = []
    for index, written in enumerate(raw.secrets):
        if not is_reference(written) and not written.startswith("whsec_"):
            problem = (
                "is no secret; write env:NAME or file:/path, where a secret that begins with whsec_ stands"
            )
            spot.fault(findings, problem, "secrets", index)
            continue
        if not is_reference(written):
            problem = "the secret stands in this file for all to read; write env:NAME or file:/path instead"
            spot.warn(findings, problem, "secrets", index)
        try:
            keys.append(signing_key(resolved(written, sources)))
        except ValueError as error:
            spot.fault(findings, str(error), "secrets", index)
    if raw.secrets and raw.format in _UNSIGNED:
        spot.warn(findings, f"'format: {raw.format}' carries no signature; remove 'secrets'", "secrets")
    if not raw.secrets and raw.format in _SIGNED and "secrets" not in _keys_at_fault(spot, findings):
        problem = "unsigned: without 'secrets' nobody can tell these events from forged ones; write env:NAME"
        spot.warn(findings, problem)
    return tuple(keys)


def _keys_at_fault(spot: Spot, findings: Findings) -> frozenset[str]:
    """Return the keys of this receiver that are told faulty already, by the paths of the faults."""
    begin = ".".join(str(step) for step in spot.path) + "."
    paths = [fault.path.removeprefix(begin) for fault in findings.faults if fault.path.startswith(begin)]
    return frozenset(path.partition("[")[0] for path in paths)


def _check_fallback(receivers: list[Receiver], spot: Spot, findings: Findings) -> None:
    fallbacks = [each.name for each in receivers if each.fallback]
    for name in fallbacks[1:]:
        problem = f"receiver '{fallbacks[0]}' is the fallback already; let one be it"
        spot.fault(findings, problem, name, "fallback")
