"""The libraries from npm that check our payloads, installed once for each lock, outside the tree."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent / "node"
_TOOLS = Path(__file__).parents[2] / ".tools"


def folder() -> Path:
    """Return the folder in which the locked packages stand, with the programs beside them.

    Several test processes may ask at once; one installs, the others wait.
    """
    lock = (_HERE / "package-lock.json").read_bytes()
    name = f"external-checks-{hashlib.sha256(lock).hexdigest()[:16]}"
    base = _TOOLS if os.access(_TOOLS.parent, os.W_OK) else Path(tempfile.gettempdir())
    place = base / name
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for each in ("package.json", "package-lock.json", "check.mjs"):
            shutil.copy(_HERE / each, place)
        if not (place / "installed").exists():
            # Which registry it is, is the machine's setting; the digests in the lock decide what is taken.
            line = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(line, cwd=place, check=True, stdin=subprocess.DEVNULL, timeout=300)
            (place / "installed").touch()
    return place


def ask(questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the libraries answer to each question; see `check.mjs`."""
    lines = "".join(f"{json.dumps(each)}\n" for each in questions)
    done = subprocess.run(
        ["node", "check.mjs"],
        cwd=folder(),
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.removesuffix("\n").split("\n")]
