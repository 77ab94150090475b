"""What does a step see of the world?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

from monitor import __version__
from monitor.model import Dice, Document, FetchFailed, NotModified, Receiver, Reply, SandboxFailed, Validators
from monitor.ports.store import Store

Result = TypeVar("Result")
# What comes of asking for a feed.
FeedAnswer = Document | NotModified | FetchFailed
Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Limits of the HTTP door.

    `allow_private` are CIDRs that feeds and pages may reach, never receivers. Deadlines are totals
    from the first look-up to the last byte, redirects included; sizes are bytes after inflating.
    """

    user_agent: str = f"news-monitor/{__version__}"
    allow_private: tuple[str, ...] = ()
    respect_robots: bool = True
    at_once: int = 2
    pause: timedelta = timedelta(seconds=1)
    feed_deadline: timedelta = timedelta(seconds=20)
    page_deadline: timedelta = timedelta(seconds=15)
    feed_bytes: int = 10_000_000
    page_bytes: int = 5_000_000
    reply_bytes: int = 4_096
    redirects: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a database server is, in its own library's words, and what is said to it at each connection."""

    address: str = field(repr=False)
    arguments: Mapping[str, object] = field(default_factory=dict)


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


class Fetcher(Protocol):
    """Brings documents; never raises for what a server does."""

    def revalidate(self, url: str, validators: Validators) -> FeedAnswer:
        """Ask for a feed, conditionally where validators are known."""
        ...

    def get(self, url: str) -> Document | FetchFailed:
        """Ask for an article's page, if robots.txt admits it."""
        ...


class Sender(Protocol):
    """Brings bodies to receivers; never raises for what a receiver does."""

    def await_turn(self, receiver: Receiver) -> None:
        """Wait until the receiver's rate allows one more; not for longer than some seconds."""
        ...

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        """Post once; redirects are not followed."""
        ...


class Sandbox(Protocol):
    """Runs a pure function where it can be killed."""

    def run(
        self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result | SandboxFailed:
        """Return what the task returns, or how its worker ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The world, as one step sees it."""

    fetcher: Fetcher
    sender: Sender
    sandbox: Sandbox
    store: Store
    clock: Clock
    random: Dice
