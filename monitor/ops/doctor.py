"""`monitor doctor`: what of this machine and this store will make trouble, and what to do about it?"""

import re
import resource
import shutil
import socket
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from monitor.ports import Examined
from monitor.tables import Shown, Table

Level = Literal["ok", "warning", "problem"]

# Bytes left on the store's disk, and of its log; handles; how far the newest row may be ahead.
LITTLE, FULL = 1_000_000_000, 100_000_000
LARGE_LOG = 500_000_000
FEW_HANDLES = 1024
AHEAD = timedelta(minutes=5)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_REFERENCE = re.compile(r"""\bfile:([^\s'",\]}]+)""")
_LITERAL = re.compile(r"whsec_[A-Za-z0-9+/]{32}|://[^\s/@'\"]+:[^\s/@'\"]+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it is, and what to do where it is not well."""

    name: str
    level: Level = "ok"
    detail: str
    do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A fault of versions under `fixed`, as its makers tell it, and when they did."""

    name: str
    fixed: str
    what: str
    source: str


# Each was looked up, lastly in November 2026. Holes of versions that cannot be installed beside this one are
# not told, and what a distribution mended under an older number is not known here.
HOLES = (
    Hole(
        name="sqlite",
        fixed="3.51.3",
        what="two connections that write and checkpoint at once may, very seldom, damage the file",
        source="sqlite.org/wal.html#walresetbug, 2026-03-13; mended in 3.50.7 and 3.44.6 too",
    ),
    Hole(
        name="expat",
        fixed="2.8.4",
        what="CVE-2026-66046, CVE-2026-76641, CVE-2026-76956, CVE-2026-76957; before 2.8.2 integers overflow "
        "(CVE-2026-56404 to 56411), before 2.8.1 declarations take quadratic time (CVE-2026-45186)",
        source="blog.hartwork.org/posts/expat-2-8-4-released, 2026-08-31",
    ),
    Hole(
        name="libxml2",
        fixed="2.14.5",
        what="Schematron rules use freed memory (CVE-2025-49794, CVE-2025-49796); before 2.14.4 long names "
        "overflow the stack (CVE-2025-6021)",
        source="gitlab.gnome.org/GNOME/libxml2/-/releases/v2.14.5, 2025-07",
    ),
    Hole(
        name="lxml",
        fixed="6.1.0",
        what="iterparse and ETCompatXMLParser, neither used here, read local files (CVE-2026-41066)",
        source="github.com/lxml/lxml/security/advisories/GHSA-vfmq-68hx-4jfw, 2026-04-18",
    ),
)


def versions(installed: Mapping[str, str]) -> Sequence[Finding]:
    """Tell which of what is installed has a known hole."""
    holes = {hole.name: hole for hole in HOLES}
    return [_version(name, version, holes.get(name)) for name, version in installed.items()]


def _version(name: str, version: str, hole: Hole | None) -> Finding:
    if hole is None or _numbers(version) >= _numbers(hole.fixed):
        return Finding(name=name, detail=version)
    return Finding(
        name=name,
        level="warning",
        detail=f"{version}: {hole.what}; {hole.source}",
        do=f"use {hole.fixed} or newer, unless your distribution mended it under this number",
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def secrets(config: Path) -> Sequence[Finding]:
    """Tell whether others may read the files in which secrets stand."""
    text = config.read_text(encoding="utf-8", errors="replace")
    named = [config.parent / found for found in dict.fromkeys(_REFERENCE.findall(text))]
    private = ([config] if _LITERAL.search(text) else []) + [path for path in named if path.is_file()]
    if not private:
        return [Finding(name="secrets", detail="no file holds any")]
    return [_privacy(path) for path in private]


def _privacy(path: Path) -> Finding:
    mode = path.stat().st_mode
    shown = f"{path} ({stat.filemode(mode)})"
    if mode & stat.S_IROTH:
        return Finding(
            name="secrets", level="problem", detail=f"everybody may read {shown}", do=f"chmod o-rwx '{path}'"
        )
    return Finding(name="secrets", detail=shown)


def disk(folder: Path, room: Callable[[Path], int] = lambda each: shutil.disk_usage(each).free) -> Finding:
    """Tell how much room there is for a store in a folder that may still have to be made."""
    folder = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    free = room(folder)
    detail = f"{free / 1e9:.1f} GB free in {folder}"
    if free >= LITTLE:
        return Finding(name="disk", detail=detail)
    level: Level = "problem" if free < FULL else "warning"
    return Finding(name="disk", level=level, detail=detail, do="make room, or a shorter `retention`")


def store(examined: Examined) -> Sequence[Finding]:
    """Tell whether the store is whole, how large it is, and who may read it."""
    if examined.trouble:
        return [Finding(name="store", level="problem", detail=examined.trouble, do=examined.do)]
    if examined.size is None:
        return [Finding(name="store", detail="answers")]
    if examined.size == 0:
        return [Finding(name="store", detail="not there yet; the first start makes it")]
    found = [Finding(name="store", detail=f"whole, {examined.size / 1e6:.1f} MB")]
    if examined.open_to_all:
        found.append(
            Finding(
                name="store",
                level="warning",
                detail="everybody on this machine may read it",
                do="chmod o-rwx its file and those beside it, or its folder",
            )
        )
    large = examined.log_size > LARGE_LOG
    found.append(
        Finding(
            name="store's log",
            level="warning" if large else "ok",
            detail=f"{examined.log_size / 1e6:.1f} MB",
            do="look for a program that reads the store for hours" if large else "",
        )
    )
    return found


def clock(now: datetime, newest: datetime | None) -> Finding:
    """Tell whether the store was ever written at a later time than now."""
    if newest is None or newest <= now + AHEAD:
        return Finding(name="clock", detail=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    return Finding(
        name="clock",
        level="problem",
        detail=f"it is {now:%Y-%m-%dT%H:%MZ} here, and the store was written at {newest:%Y-%m-%dT%H:%MZ}",
        do="set the clock by NTP; receivers refuse signatures that are five minutes off",
    )


def handles() -> Finding:
    """Tell how many files the service may have open at once."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = 0 <= soft < FEW_HANDLES
    return Finding(
        name="file handles",
        level="warning" if few else "ok",
        detail="unlimited" if soft < 0 else str(soft),
        do=f"ulimit -n {FEW_HANDLES}, or LimitNOFILE= of the unit" if few else "",
    )


def proxies(environ: Mapping[str, str]) -> Finding:
    """Tell which variables of the environment would be obeyed by others, and are not here."""
    found = sorted(name for name in environ if name.lower() in _PROXIES)
    if not found:
        return Finding(name="proxy", detail="none in the environment")
    return Finding(
        name="proxy",
        level="warning",
        detail=f"{', '.join(found)} in the environment are not obeyed",
        do="let the monitor reach feeds and receivers directly; proxies are not supported",
    )


def names(
    hosts: Collection[str], resolve: Callable[[str], object] = lambda host: socket.getaddrinfo(host, None)
) -> Sequence[Finding]:
    """Tell which hosts of the configuration cannot be looked up."""

    def trouble(host: str) -> str | None:
        try:
            resolve(host)
        except (OSError, UnicodeError) as error:
            return f"{host}: {error}"
        return None

    with ThreadPoolExecutor(16) as pool:
        failed = [each for each in pool.map(trouble, sorted(hosts)) if each]
    if not failed:
        return [Finding(name="DNS", detail=f"{len(hosts)} names found")]
    do = "look for typing errors; see the resolver of this machine (/etc/resolv.conf)"
    return [Finding(name="DNS", level="problem", detail=each, do=do) for each in failed]


def show_doctor(findings: Sequence[Finding]) -> Shown:
    """Show everything that was looked at; it failed where there is a problem."""
    counts = {level: sum(each.level == level for each in findings) for level in ("warning", "problem")}
    return Shown(
        plain={
            "problems": counts["problem"],
            "warnings": counts["warning"],
            "findings": [
                {"name": each.name, "level": each.level, "detail": each.detail, "do": each.do or None}
                for each in findings
            ],
        },
        tables=(
            Table(
                columns=("what", "", "how it is", "do"),
                rows=[(each.name, each.level, each.detail, each.do) for each in findings],
                prose=True,
            ),
        ),
        words=(f"{counts['problem']} problems, {counts['warning']} warnings",),
        failed=counts["problem"] > 0,
    )
