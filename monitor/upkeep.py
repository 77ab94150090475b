"""What no row asks for: heartbeats, digests, what was learned meanwhile, a refused configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.alerts.events import heartbeat_event, refused_event
from monitor.alerts.holding import waits_on
from monitor.alerts.outbox import promise, release
from monitor.matching.learned import learned_words
from monitor.model import EntityId, LearnedWord, Learning
from monitor.ports import Counted, Ports, Store
from monitor.steps.rules import Rules
from monitor.text.ids import derive_id

DIGEST_BATCH = 500
_REFUSED = "refused configuration"
_HEARTBEAT = "heartbeat"


def begin_counting(on: Ports) -> None:
    """Remember where counting for heartbeats begins, unless that is known: the first tells all since."""
    with on.store.transaction() as tx:
        if not tx.mark(_HEARTBEAT):
            tx.save_mark(_HEARTBEAT, _counting(on.clock.now(), tx.counted()))


def _counting(now: datetime, counted: Counted) -> Mapping[str, object]:
    kept = {name: counted.rows.get(name, 0) for name in ("pending", "held")}
    return {"at": now.isoformat(), "totals": dict(counted.totals), "rows": kept}


def beat(on: Ports, by: Rules, every: timedelta) -> bool:
    """Promise a heartbeat with the counts since the last, unless another worker did already.

    Where counting has not begun, it begins here, and nothing is promised.
    """
    now = on.clock.now()
    with on.store.transaction() as tx:
        last, counted = tx.mark(_HEARTBEAT), tx.counted()
        since = datetime.fromisoformat(str(last["at"])) if last else now
        # Half a period: ticks of several workers do not come at the same moment, and their clocks differ.
        # A last one that lies further in the future is from before the clock was set back.
        if last and abs(now - since) < every / 2:
            return False
        counting = _counting(now, counted)
        tx.save_mark(_HEARTBEAT, counting)
        if not last:
            return False
        before = last.get("rows") or counting["rows"]
        assert isinstance(before, Mapping)
        event = heartbeat_event(_since(counted.totals, last), since, now, counted.rows, before)
        tx.add_deliveries(promise([event], by.receivers.values(), now))
    return True


def tell_refused(on: Ports, by: Rules, faults: Sequence[str]) -> bool:
    """Promise the news of a refused configuration, unless these faults were told since the last good one."""
    told: dict[str, object] = {"digest": derive_id("", *faults)}
    now = on.clock.now()
    with on.store.transaction() as tx:
        if tx.mark(_REFUSED) == told:
            return False
        tx.save_mark(_REFUSED, told)
        tx.add_deliveries(promise([refused_event(faults, now)], by.receivers.values(), now))
    return True


def forget_refused(on: Ports) -> None:
    """Remember that a configuration is in force: faults that were told would be news again."""
    with on.store.transaction() as tx:
        if tx.mark(_REFUSED):
            tx.save_mark(_REFUSED, {})


def release_held(on: Ports, by: Rules) -> int:
    """Send the held alerts whose time has come, as digests; return how many there were.

    What is silenced or in quiet hours by now waits on. So does, without an end, what waits for a
    watchlist or a receiver that is configured no more.
    """
    now = on.clock.now()
    watchlists = {watchlist.id: watchlist for watchlist in by.watchlists}
    with on.store.transaction() as tx:
        # What one worker releases is one digest: another must not take a part of it.
        if not tx.alone("digest"):
            return 0
        due = tx.held_due(now, watchlists.keys(), by.receivers.keys(), DIGEST_BATCH)
        silences = tx.silences(now) if due else ()
        later = [waits_on(held, watchlists, by.feeds, silences, now) for held in due]
        ready = [held for held, waiting in zip(due, later, strict=True) if waiting is None]
        tx.hold_on([waiting for waiting in later if waiting is not None])
        tx.end_hold(ready, release(ready, by.receivers, now), {"released": len(ready)})
    return len(ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """The learned words of each entity, and the digest of what they follow from."""

    digests: Mapping[EntityId, int] = field(default_factory=dict)
    words: Mapping[EntityId, Sequence[LearnedWord]] = field(default_factory=dict)


def recall(store: Store, by: Rules, before: Recalled) -> Recalled:
    """Return what is learned now of the entities that learn; only what changed is worked out anew."""
    learning = {entity for entity, each in by.entities.items() if each.learn is not Learning.OFF}
    digests = store.context_digests() if learning else {}
    digests = {entity: digest for entity, digest in digests.items() if entity in learning}
    changed = [entity for entity, digest in digests.items() if before.digests.get(entity) != digest]
    kept = {entity: words for entity, words in before.words.items() if entity in digests}
    anew = {
        entity: learned_words(context, by.entities[entity])
        for entity, context in store.contexts(changed).items()
    }
    return Recalled(digests=digests, words=kept | anew)


def having_recalled(by: Rules, recalled: Recalled) -> Rules:
    """Return rules whose matcher knows what was learned."""
    return replace(by, matcher=by.matcher.having_learned(recalled.words))


def _since(totals: Mapping[str, int], last: Mapping[str, object]) -> dict[str, int]:
    before = last["totals"]
    assert isinstance(before, Mapping)
    return {name: total - int(before.get(name, 0)) for name, total in totals.items()}
