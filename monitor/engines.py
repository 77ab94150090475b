"""Which engine runs the steps, and in which lanes?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.adapters.store import SqlStore, server_of
from monitor.config.schema import Config
from monitor.engine.embedded import Embedded
from monitor.engine.lanes import LEASE, Asking, Lane, Upkeep
from monitor.engine.limits import Limits
from monitor.engine.perform import Observe, Work
from monitor.ports import Clock, Step
from monitor.text.urls import host_of

if TYPE_CHECKING:
    from monitor.engine.distributed import Distributed

POLL_THREADS = 32
PROCESS_THREADS = 16
DELIVER_THREADS = 64
# Pages of one feed in work, on whatever hosts: a feed whose pages hang must leave threads to the others.
FEED_AT_ONCE = 2
# Deliveries in flight to one receiver that is configured no more.
RECEIVER_AT_ONCE = 4


class Bounds:
    """How much may be in work at once, for hosts and for receivers, as a configuration says."""

    def __init__(self, config: Config) -> None:
        self.hosts = Limits(config.fetch.at_once, config.fetch.pause)
        self.receivers = Limits(RECEIVER_AT_ONCE, timedelta(0), _at_once(config))

    def change(self, config: Config) -> None:
        """Obey another configuration from now on; what is in work stays counted."""
        self.hosts.change(config.fetch.at_once, config.fetch.pause)
        self.receivers.change(RECEIVER_AT_ONCE, timedelta(0), _at_once(config))


def lanes_of(store: SqlStore, work: Mapping[Step, Work], asking: Asking, bounds: Bounds) -> tuple[Lane, ...]:
    """Return the three steps with their threads and limits; polls can be had in parts by `asking`."""
    return (
        Lane(
            step=Step.POLL,
            work=work[Step.POLL],
            claim=store.claim_feeds,
            group_of=lambda feed: host_of(feed.shown_url),
            limits=bounds.hosts,
            threads=POLL_THREADS,
            asking=asking,
        ),
        Lane(
            step=Step.PROCESS,
            work=work[Step.PROCESS],
            claim=store.claim_entries,
            group_of=lambda entry: entry.host,
            limits=bounds.hosts,
            threads=PROCESS_THREADS,
            feed_of=lambda entry: entry.feed_id,
            feeds=Limits(FEED_AT_ONCE, timedelta(0)),
        ),
        Lane(
            step=Step.DELIVER,
            work=work[Step.DELIVER],
            claim=store.claim_deliveries,
            group_of=lambda delivery: delivery.receiver,
            limits=bounds.receivers,
            threads=DELIVER_THREADS,
        ),
    )


def engine_of(
    config: Config,
    lanes: Sequence[Lane],
    store: SqlStore,
    clock: Clock,
    observe: Observe,
    upkeep: Sequence[Upkeep],
    standing_by: Callable[[], bool],
) -> "Embedded | Distributed":
    """Return the engine that a configuration names; nothing runs yet.

    While a worker is `standing_by` its lanes claim nothing; the others are left its jobs, too.

    Raises:
        StoreError: the database is not prepared for a queue, or does not answer.
    """

    def set_back() -> None:
        store.clock_was_set_back(clock.now(), LEASE)

    if config.engine == "embedded":
        return Embedded(lanes, store, clock, observe, upkeep, set_back)
    # An extra, that brings its own driver and pool along.
    from monitor.engine.distributed import Distributed  # noqa: PLC0415
    from monitor.engine.queue import check_prepared  # noqa: PLC0415

    server = server_of(config.store_url)
    check_prepared(server)
    return Distributed(lanes, store, clock, observe, upkeep, server, set_back, standing_by)


def _at_once(config: Config) -> dict[str, int]:
    return {receiver.name: receiver.at_once for receiver in config.receivers}
