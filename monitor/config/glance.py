"""What does one look at a configuration tell: where is the store, and where does the service answer?

Commands that look after a running service need no more. They start at once, however many entities are
watched, and a fault in a feed keeps nobody from looking.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.config import values
from monitor.config.findings import Findings
from monitor.config.places import Node, Table, Text, child, is_null
from monitor.config.secret import Sources, resolved
from monitor.config.tree import read_tree

DEFAULT_STORE = "sqlite:///var/monitor.db"
DEFAULT_LISTEN = ("127.0.0.1", 9464)
# Every key that may stand at the top.
TOP_KEYS = (
    "store",
    "engine",
    "user_agent",
    "network",
    "matching",
    "brake",
    "heartbeat",
    "http",
    "reload",
    "retention",
    "keep",
    "workers",
    "feeds",
    "entities",
    "watchlists",
    "receivers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the store is, and where the service answers; None for nowhere."""

    store_url: str = field(repr=False)
    listen: tuple[str, int] | None


def glance(path: Path, environ: Mapping[str, str]) -> Whereabouts | None:
    """Return where a configuration says the store and the service are.

    None where that is at fault, or may be: where anything is no YAML, or a key is not known, which may
    be `store` misspelled. Whoever reads the whole configuration then is told the faults.
    """
    findings = Findings()
    root = read_tree(path, environ, findings)
    if root is None or findings.faults or not set(root) <= set(TOP_KEYS):
        return None
    try:
        url, listen = _only(root, "store", "url"), _only(root, "http", "listen")
        return Whereabouts(
            store_url=_store_url(url, Sources(environ=environ, folder=path.parent)), listen=_listen(listen)
        )
    except ValueError:
        return None


def _only(root: Table, section: str, key: str) -> Text | None:
    """Return the value of a section's only key; None where there is no such section.

    Raises:
        ValueError: the section is anything else.
    """
    node = child(root, section)
    if node is None:
        return None
    value: Node | None = child(node, key)
    if not isinstance(node, Table) or len(node) != 1 or not isinstance(value, Text):
        raise ValueError(section)
    return value


def _store_url(written: Text | None, sources: Sources) -> str:
    return (
        DEFAULT_STORE if written is None else values.store_url(resolved(values.free_text(written), sources))
    )


def _listen(written: Text | None) -> tuple[str, int] | None:
    if written is None:
        return DEFAULT_LISTEN
    return None if is_null(written) else values.address(written)
