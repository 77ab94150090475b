"""Reads a configuration file: everything that it says, or everything that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config import values
from monitor.config.access import read_access
from monitor.config.entities import Progress, read_entities
from monitor.config.feeds import read_feeds
from monitor.config.findings import Findings, Spot, in_order
from monitor.config.glance import DEFAULT_STORE
from monitor.config.keys import SETTINGS, RawNetwork, RawSettings
from monitor.config.places import Table, Text, as_table, child, is_null
from monitor.config.pushes import read_pushes, read_verdicts_at
from monitor.config.reading import read, unknown_key
from monitor.config.receivers import read_receivers
from monitor.config.schema import Config
from monitor.config.secret import Sources, resolved
from monitor.config.tree import read_tree
from monitor.config.trial import lint_names, try_entities
from monitor.config.watchlist import Known, read_watchlists
from monitor.errors import ConfigError
from monitor.ports import FetchPolicy

_SECTIONS = ("feeds", "entities", "watchlists", "receivers")


def load_config(
    path: Path, environ: Mapping[str, str], *, run_tests: bool = True, progress: Progress = lambda _: None
) -> Config:
    """Return the configuration of a file; the entities' `tests` are run unless told otherwise.

    Relative paths in it count from its folder. `progress` is told the rows read of long lists.

    Raises:
        ConfigError: anything is wrong; it carries every fault, in the order of the file.
    """
    file = str(path)
    findings = Findings()
    root = read_tree(path, environ, findings)
    if root is None:
        raise ConfigError(in_order(findings.faults, file))
    sources = Sources(environ=environ, folder=path.parent)
    config = _config(path, root, sources, findings, tests=run_tests, progress=progress)
    if findings.faults:
        raise ConfigError(in_order(findings.faults, file))
    return config


def _config(
    path: Path, root: Table, sources: Sources, findings: Findings, *, tests: bool, progress: Progress
) -> Config:
    settings = _settings(root, findings)
    feeds = read_feeds(
        _section(root, "feeds", "nothing is polled", findings),
        settings.brake,
        settings.network.allow_private,
        sources,
        findings,
    )
    watching = _section(root, "entities", "nothing is watched", findings)
    watched = read_entities(watching, sources.folder, findings, progress, settings.matching.learn)
    hearing = _section(root, "receivers", "alerts reach nobody", findings)
    receivers, names = read_receivers(hearing, sources, findings)
    known = Known(watched=watched, receivers=receivers, receiver_names=names)
    watchlists, queries = read_watchlists(_section(root, "watchlists", None, findings), known, findings)
    entities = tuple(watched.entities)
    lint_names(entities, watched.spots, findings)
    if tests:
        try_entities(entities, watched.spots, findings)
    network = settings.network
    store = _store_url(settings, root, sources, findings)
    _check_engine(settings, store, root, findings)
    return Config(
        path=path,
        store_url=store,
        engine=settings.engine,
        fetch=_fetch(settings, network, root, findings),
        feeds=feeds,
        entities=entities,
        watchlists=watchlists,
        queries=queries,
        receivers=receivers,
        heartbeat_every=settings.heartbeat.every,
        listen=settings.http.listen,
        access=read_access(settings.http, Spot(root, ()), sources, findings),
        pushes=read_pushes(settings.http, Spot(root, ()), sources, findings),
        verdicts_at=read_verdicts_at(settings.http, Spot(root, ()), findings),
        reload=settings.reload,
        retention=settings.retention,
        keep=settings.keep,
        workers=settings.workers,
        warnings=in_order(findings.warnings, str(path)),
    )


def _settings(root: Table, findings: Findings) -> RawSettings:
    spot = Spot(root, ())
    for key in root:
        if key not in SETTINGS:
            unknown_key(spot, (str(key),), SETTINGS, findings)
    kept = {key: node for key, node in root.items() if key in SETTINGS and key not in _SECTIONS}
    return read(RawSettings, Spot(as_table(kept, root.place), ()), findings) or RawSettings()


def _section(root: Table, name: str, lack: str | None, findings: Findings) -> Spot | None:
    """Return a section; one that is not there, or holds nothing, is told where that has a consequence."""
    node = child(root, name)
    empty = node is None or is_null(node) or (not isinstance(node, Text) and len(node) == 0)
    if empty and lack:
        findings.warn(root.place if node is None else node.place, (name,), f"there is none: {lack}")
    return None if node is None or empty else Spot(node, (name,))


def _store_url(settings: RawSettings, root: Table, sources: Sources, findings: Findings) -> str:
    if settings.store is None:
        return DEFAULT_STORE
    try:
        return values.store_url(resolved(settings.store.url, sources))
    except ValueError as error:
        Spot(root, ()).fault(findings, str(error), "store", "url")
        return DEFAULT_STORE


def _check_engine(settings: RawSettings, store: str, root: Table, findings: Findings) -> None:
    if settings.engine == "procrastinate" and not store.startswith("postgresql"):
        problem = "'procrastinate' keeps its queue in PostgreSQL; set store.url to postgresql://HOST/DATABASE"
        Spot(root, ()).fault(findings, problem, "engine")


def _fetch(settings: RawSettings, network: RawNetwork, root: Table, findings: Findings) -> FetchPolicy:
    if network.proxy is not None:
        # Through a proxy the address that is dialed is not ours to check.
        problem = "proxies are not supported; write null (the environment's are never used either)"
        Spot(root, ()).fault(findings, problem, "network", "proxy")
    return FetchPolicy(
        user_agent=settings.user_agent or FetchPolicy().user_agent,
        allow_private=tuple(network.allow_private),
        respect_robots=network.robots == "respect",
        at_once=network.per_host.at_once,
        pause=network.per_host.pause,
    )
