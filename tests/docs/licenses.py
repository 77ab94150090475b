"""Writes docs/licenses.md: every locked package, what it is for, and its license.

python -m tests.docs.licenses            print the document
python -m tests.docs.licenses --write    write it
"""
# ruff: noqa: T201 - a command that prints

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licenses.md"
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.MULTILINE)
SPDX = get_spdx_licensing()

# How packages that have no SPDX expression say it.
SAID: Mapping[str, str] = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "The BSD 2-Clause License": "BSD-2-Clause",
    "BSD-3-Clause and Public-Domain": "BSD-3-Clause",
    "GPL-3.0": "GPL-3.0-only",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# These ask no more than that the notice is kept; the next, that changes of their own files are given away.
PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT"}
) | {"PSF-2.0", "Zlib"}
LIBRARY_COPYLEFT = frozenset({"LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-1.1", "MPL-2.0"})
# Programs that only look at our sources.
TOOL_COPYLEFT = frozenset({"GPL-2.0-only", "GPL-3.0-only"})

HEAD = """\
# Licenses of what is installed

The program itself is licensed under [Apache-2.0](../LICENSE); [NOTICE](../NOTICE) names the word lists
in it. Nothing below is part of the wheel: each package is installed from the package index, in the version
that `requirements.lock` pins, and keeps its own license. `python3 run.py release` writes a bill of
materials (CycloneDX) with the versions.

Packages under MPL and LGPL are used as they are, through their interfaces. tld may be taken under any one
of its three licenses. A test compares this page with the installed packages, and fails where one comes
under a license that is not permissive, MPL or LGPL (for tools of the development also GPL).
`python -m tests.docs.licenses --write` writes it anew.
"""


def page() -> str:
    """Return the whole document."""
    served = closure(["news-monitor"])
    extras = {name: closure([f"news-monitor[{name}]"]) - served for name in extra_names()}
    development = locked() - shipped()
    parts = [
        ("The service", served - {"news-monitor"}),
        *((f"The extra `{name}`", packages) for name, packages in extras.items()),
        ("Only to develop, test and build", development),
    ]
    return HEAD + "".join(f"\n## {title}\n\n{table(packages)}" for title, packages in parts)


def shipped() -> set[str]:
    """Return the packages that an installation with all extras brings."""
    return closure([f"news-monitor[{','.join(extra_names())}]"])


def table(packages: Iterable[str]) -> str:
    """Return the rows of some packages, in the order of the alphabet."""
    rows = "".join(f"| {name} | {license_of(name) or 'not for this system'} |\n" for name in sorted(packages))
    return f"| package | license |\n| --- | --- |\n{rows}"


def license_of(name: str) -> str | None:
    """Return the SPDX expression of an installed package; None where it is not for this system.

    Raises:
        ValueError: it does not say one that is known here.
    """
    try:
        said = distribution(name).metadata
    except PackageNotFoundError:
        return None
    words = [*(said.get_all("License-Expression") or ()), *(said.get_all("License") or ())]
    words += [each.rpartition(":: ")[2] for each in said.get_all("Classifier") or () if "License ::" in each]
    for word in words:
        expression = SAID.get(word, word)
        try:
            return str(SPDX.parse(expression, validate=True))
        except ExpressionError:
            continue
    raise ValueError(f"{name} says of its license no more than {words}")


def allows(expression: str, accepted: frozenset[str]) -> bool:
    """Tell whether licenses that are accepted are enough for an expression: all of AND, any of OR."""

    def enough(node: Any) -> bool:
        if isinstance(node, SPDX.AND):
            return all(enough(each) for each in node.args)
        if isinstance(node, SPDX.OR):
            return any(enough(each) for each in node.args)
        return str(node) in accepted

    return enough(SPDX.parse(expression, validate=True))


def closure(asked: Sequence[str]) -> set[str]:
    """Return the installed packages that requirements bring, themselves included."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(each) for each in asked]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        for extra in {"", *wanted.extras}:
            if (name, extra) in found:
                continue
            found.add((name, extra))
            for line in distribution(name).requires or ():
                inner = Requirement(line)
                if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                    waiting.append(inner)
    return {name for name, _ in found}


def locked() -> set[str]:
    """Return the names in the lock."""
    return {canonicalize_name(name) for name in PIN.findall((ROOT / "requirements.lock").read_text())}


def extra_names() -> list[str]:
    """Return the project's extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(project["project"]["optional-dependencies"])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
