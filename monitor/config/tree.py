"""Finds a configuration file and reads it as a tree, whatever its keys mean."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config.files import read_text
from monitor.config.findings import Findings
from monitor.config.overrides import overridden
from monitor.config.places import Place, Table, parse
from monitor.errors import ConfigError, Fault

_LARGEST = 10_000_000
_SMALLEST = "write at least 'feeds', 'entities' and 'receivers'"


def find_config(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the configuration's path: as given, `$MONITOR_CONFIG`, or the first of the usual places.

    Raises:
        ConfigError: none was given and none is there.
    """
    if explicit is not None:
        return explicit
    if environ.get("MONITOR_CONFIG"):
        return Path(environ["MONITOR_CONFIG"])
    settings = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "/")) / ".config")
    places = (
        Path("config/monitor.yaml"),
        Path(settings) / "news-monitor" / "monitor.yaml",
        Path("/etc/news-monitor/monitor.yaml"),
    )
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        looked = ", ".join(str(place) for place in places)
        here = Path("monitor.yaml")
        todo = f"{here} is here: -c {here}" if here.is_file() else "write one, or say where it is by -c FILE"
        problem = f"there is none at the usual places; {todo}"
        raise ConfigError([Fault(file="configuration", line=0, column=0, path=looked, problem=problem)])
    return found


def read_tree(path: Path, environ: Mapping[str, str], findings: Findings) -> Table | None:
    """Return the mapping that a file holds, with the environment's overrides in it; None without one."""
    file = Place(str(path))
    try:
        text = read_text(path, path.name, _LARGEST)
    except ValueError as error:
        findings.fault(file, (), str(error))
        return None
    root, faults = parse(text, file.file)
    findings.faults.extend(faults)
    if root is None and not faults:
        findings.fault(file, (), f"the file is empty; {_SMALLEST}")
    if root is not None and not isinstance(root, Table):
        findings.fault(root.place, (), f"is no mapping of keys; {_SMALLEST}")
    return overridden(root, environ, findings) if isinstance(root, Table) else None
