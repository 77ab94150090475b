"""`monitor check`: is the configuration right, and what should be thought over?"""

from monitor.config.schema import Config
from monitor.tables import Shown


def show_check(config: Config) -> Shown:
    """Return what a valid configuration holds, and its warnings."""
    names = sum(len(entity.names) for entity in config.entities)
    counts = {
        "feeds": len(config.feeds),
        "entities": len(config.entities),
        "names": names,
        "watchlists": len(config.watchlists),
        "receivers": len(config.receivers),
    }
    summary = ", ".join(f"{word} {count}" for word, count in counts.items())
    warnings = [str(fault) for fault in config.warnings]
    return Shown(
        plain={"file": str(config.path), "valid": True, **counts, "warnings": warnings},
        words=(*(f"warning: {warning}" for warning in warnings), f"{config.path}: valid: {summary}"),
    )
