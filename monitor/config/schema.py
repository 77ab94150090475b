"""What a loaded configuration is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from monitor.errors import Fault
from monitor.model import Entity, FeedSettings, Keep, Pushes, Receiver, Watchlist, WatchlistId
from monitor.ports import Access, FetchPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration that holds; `queries` are the watchlists' `when`, `listen` None means no port.

    `verdicts_at` is where receivers say whether alerts are right; None where they are not asked.
    """

    path: Path
    store_url: str = field(repr=False)
    engine: Literal["embedded", "procrastinate"]
    fetch: FetchPolicy = field(repr=False)
    feeds: tuple[FeedSettings, ...]
    entities: tuple[Entity, ...]
    watchlists: tuple[Watchlist, ...]
    queries: Mapping[WatchlistId, str]
    receivers: tuple[Receiver, ...]
    heartbeat_every: timedelta
    listen: tuple[str, int] | None
    access: Access
    pushes: Pushes | None
    verdicts_at: str | None
    reload: Literal["signal", "watch"]
    retention: timedelta
    keep: Keep
    workers: int | None
    warnings: tuple[Fault, ...] = ()
