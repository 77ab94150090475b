"""What all workers on one store must agree on has a name that is the same on every machine."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from monitor.config.changes import version_of
from monitor.config.load import load_config

TEXT = """
store: {url: 'sqlite:///var/monitor.db'}
feeds: [{id: kurier, url: 'https://kurier.example/feed', labels: {b: '1', a: '2'}}]
entities: {amazon: {kind: organization, names: [Amazon]}, telekom: {kind: organization, names: [Telekom]}}
watchlists: {all: {entities: [amazon, telekom], receivers: [desk], languages: [de, en, fr]}}
receivers: {desk: {url: 'https://desk.example/', secrets: ['env:DESK']}}
"""
ENVIRON = {"DESK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
ASK = """
import sys
from pathlib import Path
from tests.unit.config.test_version import ENVIRON, load_config, version_of
print(version_of(load_config(Path(sys.argv[1]), ENVIRON)))
"""


def test_a_configuration_has_the_same_version_in_every_process(tmp_path: Path) -> None:
    path = tmp_path / "monitor.yaml"
    path.write_text(TEXT, encoding="utf-8")

    versions = {
        subprocess.run(
            [sys.executable, "-c", ASK, str(path)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert 1 == len(versions)


def test_what_is_a_machines_own_and_secrets_are_no_part_of_it_and_all_else_is(tmp_path: Path) -> None:
    path = tmp_path / "monitor.yaml"
    path.write_text(TEXT, encoding="utf-8")
    config = load_config(path, ENVIRON)
    (desk,) = config.receivers

    same = [
        replace(config, listen=("127.0.0.1", 9999), workers=7),
        replace(config, receivers=(replace(desk, secrets=(b"another",)),)),
    ]
    others = [
        replace(config, feeds=()),
        replace(config, entities=config.entities[:1]),
        replace(config, receivers=(replace(desk, url="https://other.example/"),)),
        replace(config, heartbeat_every=config.heartbeat_every * 2),
    ]

    assert {version_of(config)} == {version_of(each) for each in same}
    assert 5 == len({version_of(each) for each in (config, *others)})
