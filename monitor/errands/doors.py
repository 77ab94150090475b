"""The doors to the network: all by which a delivery may leave, and the ports of one command."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.adapters.bridge import Bridge
from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpDoor
from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.senders import Senders
from monitor.adapters.smtp import MailDoor
from monitor.adapters.store import SqlStore
from monitor.config.schema import Config
from monitor.errands.stores import open_command_store
from monitor.ports import Ports, Sender


def senders_by(http: HttpDoor) -> Sender:
    """Return every door by which a delivery may leave; `http` is the one to the web."""
    return Senders(http=http, mail=MailDoor(), bridge=Bridge())


@contextmanager
def command_ports(config: Config) -> Iterator[tuple[Ports, SqlStore]]:
    """Open the store and the HTTP door for one command; documents are not read, so no process starts."""
    store, door = open_command_store(config.store_url), HttpDoor(config.fetch)
    try:
        yield (
            Ports(
                fetcher=door,
                sender=senders_by(door),
                sandbox=InlineSandbox(),
                store=store,
                clock=SystemClock(),
                random=random.Random(),  # noqa: S311  (spreads waits)
            ),
            store,
        )
    finally:
        door.close()
        store.close()
