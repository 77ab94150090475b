"""What `monitor doctor` looks at."""

import platform
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from urllib.parse import urlsplit
from xml.parsers import expat

from monitor.adapters.clock import SystemClock
from monitor.adapters.store import examine, file_of
from monitor.articles.extract import LIBXML2
from monitor.config.schema import Config
from monitor.ops import doctor


def examine_machine(config: Config, environ: Mapping[str, str], *, network: bool) -> Sequence[doctor.Finding]:
    """Look at everything that may make trouble; with `network` hosts are looked up too."""
    examined, file = examine(config.store_url), file_of(config.store_url)
    urls = (*(feed.url for feed in config.feeds), *(receiver.url for receiver in config.receivers))
    hosts = {name for url in urls if (name := urlsplit(url).hostname)}
    installed = {name: version(name) for name in ("lxml", "feedparser", "trafilatura", "httpx", "httptools")}
    return (
        *doctor.versions(
            {
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
                "expat": expat.EXPAT_VERSION.removeprefix("expat_"),
                "libxml2": LIBXML2,
                **installed,
            }
        ),
        *doctor.secrets(config.path),
        *([doctor.disk(file.parent)] if file else []),
        doctor.clock(SystemClock().now(), examined.newest),
        doctor.handles(),
        doctor.proxies(environ),
        *doctor.store(examined),
        *(doctor.names(hosts) if network else ()),
    )
