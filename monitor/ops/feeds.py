"""`monitor feeds`: list, import and export feeds."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.config.opml import Outline, read_opml, write_opml
from monitor.errors import UsageError
from monitor.model import FeedSettings
from monitor.ops.status import feeds_table
from monitor.tables import Shown

_HEADING = "feeds:"


def show_feeds(status: Mapping[str, Any]) -> Shown:
    """Return the feeds of a status."""
    return Shown(plain=status["feeds"], tables=(feeds_table(status),))


def export_feeds(feeds: Sequence[FeedSettings], now: datetime, *, secrets: bool) -> tuple[str, int]:
    """Return the configured feeds as OPML, and how many addresses are not whole.

    Without `secrets`, what may be secret in an address (user, password, query values) is left out.
    """
    if secrets:
        return write_opml(feeds, now), 0
    cut = sum(feed.url != feed.shown_url for feed in feeds)
    return write_opml([Outline(title=feed.id, url=feed.shown_url) for feed in feeds], now), cut


def import_feeds(config: Path, known: Sequence[FeedSettings], opml: Path) -> Shown:
    """Make a configuration read an OPML file: a line `- opml: FILE` under `feeds:`.

    The file stays where it is and stays the place to edit; comments of the configuration are kept.

    Raises:
        UsageError: the file is no OPML or holds no feed, or the configuration has no list of feeds.
    """
    try:
        found = read_opml(opml.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{opml}: cannot be read as OPML: {error}") from error
    urls = {feed.url for feed in known}
    new = [feed for feed in found if feed.url not in urls]
    if not found:
        raise UsageError(f"{opml}: holds no feed")
    if new:
        try:
            _replace(config, _with_opml(config.read_bytes().decode(), _relative(opml, config)))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{config}: cannot be changed: {error}") from error
    words = f"{len(new)} feeds added to {config}, {len(found) - len(new)} were there already"
    return Shown(plain={"added": len(new), "known": len(found) - len(new)}, words=(words,))


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that a service that reloads never reads half a file."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.new")
    beside.touch(mode=0o600)
    beside.write_bytes(text.encode())
    beside.chmod(path.stat().st_mode)
    beside.replace(path)


def _relative(opml: Path, config: Path) -> str:
    try:
        return str(opml.resolve().relative_to(config.resolve().parent))
    except ValueError:
        return str(opml.resolve())


def _with_opml(text: str, name: str) -> str:
    """Return the configuration's text with one more line at the head of its feeds."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.split("#")[0].rstrip() == _HEADING:
            following = next((each for each in lines[number + 1 :] if each.lstrip().startswith("- ")), "  - ")
            indent = following[: len(following) - len(following.lstrip())]
            end = line[len(line.rstrip("\r\n")) :] or "\n"
            lines[number] = line.rstrip("\r\n") + end
            # A text of JSON is one of YAML, whatever the file is called.
            lines.insert(number + 1, f"{indent}- opml: {json.dumps(name, ensure_ascii=False)}{end}")
            return "".join(lines)
    raise UsageError(
        f"`feeds:` does not stand on a line of its own in the configuration; add `- opml: {name}` to it"
    )
