"""The demo alerts what the seeds' labels say, and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.mark.on_sqlite_alone("a demo makes a store of its own, which is a file")
def test_the_demo_alerts_each_labelled_story_once_and_verifies_every_signature() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "demo", "--json"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    told = json.loads(done.stdout)
    labels = yaml.safe_load((ROOT / "seeds" / "expected.yaml").read_text(encoding="utf-8"))["articles"]
    stories = {
        label.get("story", name): frozenset(entity for entity, alerts in label["alerts"].items() if alerts)
        for name, label in labels.items()
        if any(label["alerts"].values())
    }
    alerted = [
        frozenset(match["entity"]["id"] for match in event["data"]["matches"]) for event in told["alerts"]
    ]
    assert sorted(map(sorted, stories.values())) == sorted(map(sorted, alerted))
    assert len(alerted) == told["verified"]
    assert "" == done.stderr
