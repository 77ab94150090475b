"""What the pipeline needs of the world, and the words that steps, engines and the store share."""

from monitor.ports.rows import (
    Archived,
    Batch,
    Claim,
    Counted,
    DeliveryFilter,
    Examined,
    FeedsChange,
    HeldFilter,
    KeptPage,
    Processed,
    Reading,
    Remembered,
    Report,
    Share,
    Step,
    Wanted,
)
from monitor.ports.store import Store, Tx
from monitor.ports.world import Clock, Fetcher, FetchPolicy, Ports, Sandbox, Sender

__all__ = [
    "Archived",
    "Batch",
    "Claim",
    "Clock",
    "Counted",
    "DeliveryFilter",
    "Examined",
    "FeedsChange",
    "FetchPolicy",
    "Fetcher",
    "HeldFilter",
    "KeptPage",
    "Ports",
    "Processed",
    "Reading",
    "Remembered",
    "Report",
    "Sandbox",
    "Sender",
    "Share",
    "Step",
    "Store",
    "Tx",
    "Wanted",
]
