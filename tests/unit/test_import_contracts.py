"""Do the import contracts bite? Each is broken once in a copy, and must be told."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("floors", "monitor/text/ids.py", "import monitor.feeds.parse"),
        ("floors", "monitor/stories/grouping.py", "import monitor.alerts.retry"),
        ("floors", "monitor/newroom.py", "import monitor.errors"),
        ("no cycles", "monitor/errors.py", "import monitor.model.words"),
        ("purity", "monitor/feeds/cadence.py", "import time"),
        ("purity", "monitor/pipeline.py", "import logging"),
        ("edges", "monitor/adapters/robots.py", "import monitor.feeds.cadence"),
        ("door of httpx", "monitor/ops/health.py", "import httpx"),
        ("door of sqlalchemy", "monitor/ops/status.py", "import sqlalchemy"),
    ],
)
def test_each_contract_bites(tmp_path: Path, contract: str, file: str, line: str) -> None:
    shutil.copytree(ROOT / "monitor", tmp_path / "monitor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / file
    broken.write_text(f"{broken.read_text() if broken.exists() else ''}\n{line}\n", encoding="utf-8")
    if contract == "no cycles":
        words = tmp_path / "monitor/model/words.py"
        words.write_text(f"{words.read_text()}\nimport monitor.errors\n", encoding="utf-8")

    told = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode != 0
    assert f"{contract} BROKEN" in " ".join(told.stdout.split())
