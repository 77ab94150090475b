"""Do the image and its compose file agree, and give the service no more than it needs?"""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
MONITOR: dict[str, Any] = COMPOSE["services"]["monitor"]


def test_compose_mounts_what_the_image_names() -> None:
    targets = [volume.split(":")[1] for volume in MONITOR["volumes"]]

    assert ["/etc/news-monitor/monitor.yaml", "/var/lib/news-monitor"] == targets
    assert f"MONITOR_CONFIG={targets[0]}" in DOCKERFILE
    assert f"VOLUME {targets[1]}\n" in DOCKERFILE


def test_compose_opens_no_port_and_grants_no_privilege() -> None:
    assert "ports" not in MONITOR
    assert "privileged" not in MONITOR
    assert MONITOR["read_only"] is True
    assert MONITOR["cap_drop"] == ["ALL"]
    assert MONITOR["security_opt"] == ["no-new-privileges:true"]


def test_compose_waits_longer_than_a_drain_takes() -> None:
    assert MONITOR["stop_grace_period"] == "40s"


def test_the_image_starts_the_service_by_default_and_not_as_root() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2].splitlines()

    assert "USER 10001:10001" in final
    assert 'ENTRYPOINT ["monitor"]' in final
    assert 'CMD ["run"]' in final
    assert any(line.endswith('CMD ["monitor", "health"]') for line in final)


def test_everything_that_the_image_copies_passes_the_ignore_file() -> None:
    admitted = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line[:1] == "!"
    }
    copied = {
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }

    assert admitted == copied
