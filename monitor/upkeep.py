"""What is done by the clock rather than by a row: heartbeats, digests and the end of old articles."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.alerts.events import heartbeat_event
from monitor.alerts.outbox import promise, release
from monitor.pipeline import Rules
from monitor.ports import Ports

DIGEST_BATCH = 500


def beat(on: Ports, by: Rules, every: timedelta) -> bool:
    """Promise a heartbeat with the counts since the last, unless another worker did already.

    The first call only remembers where counting begins.
    """
    now = on.clock.now()
    with on.store.transaction() as tx:
        totals, last = tx.tallies(), tx.mark("heartbeat")
        since = datetime.fromisoformat(str(last["at"])) if last else now
        # Half a period: ticks of several workers do not come at the same moment. A last one that lies
        # in the future is from before the clock was set back.
        if last and timedelta(0) <= now - since < every / 2:
            return False
        tx.save_mark("heartbeat", {"at": now.isoformat(), "totals": dict(totals)})
        if not last:
            return False
        event = heartbeat_event(_since(totals, last), since, now)
        tx.add_deliveries(promise([event], by.receivers.values(), now))
    return True


def release_held(on: Ports, by: Rules) -> int:
    """Send the held alerts whose time has come, as digests; return how many there were."""
    now = on.clock.now()
    with on.store.transaction() as tx:
        held = tx.held_due(now, DIGEST_BATCH)
        if held:
            tx.release_held(held, release(held, by.receivers.values(), now))
    return len(held)


def _since(totals: Mapping[str, int], last: Mapping[str, object]) -> dict[str, int]:
    before = last["totals"]
    assert isinstance(before, Mapping)
    return {name: total - int(before.get(name, 0)) for name, total in totals.items()}
