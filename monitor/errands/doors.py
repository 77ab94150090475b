"""The doors to the network: all by which a delivery may leave, and the ports of one command."""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager

from monitor.adapters.bridge import Bridge
from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpDoor
from monitor.adapters.parallel import cores
from monitor.adapters.sandbox import InlineSandbox, ProcessSandbox, SandboxPolicy
from monitor.adapters.senders import Senders
from monitor.adapters.smtp import MailDoor
from monitor.adapters.store import SqlStore
from monitor.config.schema import Config
from monitor.errands.pages import FEEDS
from monitor.errands.stores import open_command_store
from monitor.feeds.parse import read_feed
from monitor.model import Dice
from monitor.ops.network import World
from monitor.ports import Clock, Ports, Sandbox, Store


def senders_by(http: HttpDoor) -> Senders:
    """Return every door by which a delivery may leave; `http` is the one to the web."""
    return Senders(http=http, mail=MailDoor(context=http.trusted), bridge=Bridge())


def ports_to(door: HttpDoor, store: Store, sandbox: Sandbox, clock: Clock, dice: Dice) -> Ports:
    """Return the ports of which `door` is the one to the web."""
    return Ports(
        fetcher=door,
        sender=senders_by(door),
        sandbox=sandbox,
        store=store,
        clock=clock,
        random=dice,
    )


@contextmanager
def network_of(config: Config) -> Iterator[World]:
    """Open what asks feeds and receivers for one command, and reads what feeds answer."""
    sandbox = ProcessSandbox(SandboxPolicy(workers=cores()), FEEDS)
    with closing(sandbox), closing(HttpDoor(config.fetch)) as door:
        yield World(
            web=door, read=lambda document: sandbox.run(read_feed, document), reach=senders_by(door).reach
        )


@contextmanager
def command_ports(config: Config) -> Iterator[tuple[Ports, SqlStore]]:
    """Open the store and the HTTP door for one command; documents are not read, so no process starts."""
    store, door = open_command_store(config.store_url), HttpDoor(config.fetch)
    try:
        dice = random.Random()  # noqa: S311  (spreads waits)
        yield ports_to(door, store, InlineSandbox(), SystemClock(), dice), store
    finally:
        door.close()
        store.close()
