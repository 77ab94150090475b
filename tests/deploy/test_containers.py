"""Do the image and its compose file agree, and give the service no more than it needs?"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MONITOR = SERVICES["monitor"]
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text(encoding="utf-8"))


def test_the_published_schema_has_nothing_to_say_about_compose() -> None:
    faults = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(COMPOSE)]

    assert [] == faults


@pytest.mark.parametrize(
    ("member", "value"), [("stop_grace_periods", "40s"), ("tmpfs", 1), ("depends_on", {"database": {}})]
)
def test_a_mistake_in_compose_would_be_told(member: str, value: object) -> None:
    wrong = json.loads(json.dumps(COMPOSE))
    wrong["services"]["worker"][member] = value

    assert list(Draft202012Validator(SCHEMA).iter_errors(wrong))


def test_without_a_profile_there_is_one_service_that_needs_nothing_else() -> None:
    assert ["monitor"] == [name for name, service in SERVICES.items() if "profiles" not in service]
    assert not {"depends_on", "secrets"} & MONITOR.keys()
    assert {("cluster",)} == {tuple(each["profiles"]) for each in SERVICES.values() if "profiles" in each}


def test_what_a_service_names_is_there() -> None:
    for service in SERVICES.values():
        named = {volume.split(":")[0] for volume in service.get("volumes", ())}
        assert {name for name in named if not name.startswith(".")} <= COMPOSE["volumes"].keys()
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
        assert set(service.get("networks", ())) <= COMPOSE["networks"].keys()
        for other in service.get("depends_on", {}):
            assert "cluster" in SERVICES[other]["profiles"]


def test_workers_begin_once_the_database_answers_and_is_prepared() -> None:
    worker, migrate, database = SERVICES["worker"], SERVICES["migrate"], SERVICES["database"]

    assert "service_completed_successfully" == worker["depends_on"]["migrate"]["condition"]
    assert "service_healthy" == migrate["depends_on"]["database"]["condition"]
    assert "pg_isready" in database["healthcheck"]["test"]
    assert [["worker"], ["migrate"]] == [worker["command"], migrate["command"]]
    assert "no" == migrate["restart"]


def test_the_password_of_the_database_is_in_files_alone_and_nobody_else_reaches_it() -> None:
    for name in ("worker", "migrate"):
        address = SERVICES[name]["environment"]["MONITOR__STORE__URL"]
        assert address == "file:/run/secrets/store_url"
        assert "database" in SERVICES[name]["networks"]
    assert SERVICES["database"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"
    assert SERVICES["database"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}


def test_compose_mounts_what_the_image_names() -> None:
    targets = [volume.split(":")[1] for volume in MONITOR["volumes"]]

    assert ["/etc/news-monitor/monitor.yaml", "/var/lib/news-monitor"] == targets
    assert f"MONITOR_CONFIG={targets[0]}" in DOCKERFILE
    assert f"VOLUME {targets[1]}\n" in DOCKERFILE


@pytest.mark.parametrize("name", SERVICES)
def test_compose_opens_no_port_and_grants_no_privilege(name: str) -> None:
    service = SERVICES[name]

    assert not {"ports", "privileged", "cap_add", "network_mode", "pid"} & service.keys()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]


@pytest.mark.parametrize("name", ["monitor", "worker"])
def test_compose_waits_longer_than_a_drain_takes(name: str) -> None:
    assert SERVICES[name]["stop_grace_period"] == "40s"


def test_the_image_has_what_workers_need() -> None:
    assert "--requirements pyproject.toml --extra cluster" in DOCKERFILE


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
