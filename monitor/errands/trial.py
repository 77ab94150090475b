"""The world of a first try: all of it opened and nothing kept, and a receiver on this machine."""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpDoor
from monitor.adapters.listener import Listener
from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy
from monitor.adapters.store import open_store
from monitor.errands.doors import ports_to
from monitor.errands.pages import FEEDS, PAGES
from monitor.model import Receiver
from monitor.ops.listening import address_to_listen, hear
from monitor.ports import FetchPolicy, Ports


@contextmanager
def trial_ports(policy: FetchPolicy) -> Iterator[Ports]:
    """Open the world for a trial; the store is a file that goes away."""
    with (
        tempfile.TemporaryDirectory(prefix="news-monitor-trial-") as folder,
        closing(HttpDoor(policy)) as door,
        closing(ProcessSandbox(SandboxPolicy(workers=1), (*FEEDS, *PAGES))) as sandbox,
        closing(open_store(f"sqlite:///{folder}/trial.db", owner="trial")) as store,
    ):
        yield ports_to(door, store, sandbox, SystemClock(), random.Random())  # noqa: S311  (spreads waits)


@contextmanager
def listening(receiver: Receiver, say: Callable[[str], object]) -> Iterator[None]:
    """Be a receiver on this machine as long as the block lasts; `say` gets a line for each request."""

    def take(headers: Mapping[str, str], body: bytes) -> int:
        heard = hear(receiver, headers, body, SystemClock().now())
        say(heard.line)
        return heard.status

    with closing(Listener(address_to_listen(receiver), take)):
        yield
