"""Does the doctor see what makes trouble, and say what to do?"""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.ops import doctor
from monitor.ops.doctor import Finding
from monitor.ports import Examined

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("hole", doctor.HOLES, ids=[hole.name for hole in doctor.HOLES])
def test_a_version_under_the_mended_one_is_warned_of_with_its_source(hole: doctor.Hole) -> None:
    (old,) = doctor.versions({hole.name: "0.9"})
    (mended,) = doctor.versions({hole.name: hole.fixed})

    assert "warning" == old.level
    assert hole.source in old.detail
    assert hole.fixed in old.do
    assert "ok" == mended.level


def test_versions_are_compared_as_numbers() -> None:
    assert ["warning", "ok", "ok"] == [
        doctor.versions({"expat": version})[0].level
        for version in ("expat_2.8.3", "expat_2.10.0", "expat_2.8.4")
    ]


@pytest.mark.parametrize(
    ("mode", "level"), [(0o600, "ok"), (0o640, "ok"), (0o644, "problem"), (0o604, "problem")]
)
def test_a_secret_that_everybody_may_read_is_a_problem(tmp_path: Path, mode: int, level: str) -> None:
    secret, config = tmp_path / "desk", tmp_path / "monitor.yaml"
    secret.write_text("whsec_canary")
    secret.chmod(mode)
    config.write_text(f"receivers: {{desk: {{url: 'env:URL', secrets: ['file:{secret}', 'file:gone']}}}}")

    (found,) = doctor.secrets(config)

    assert level == found.level
    assert "canary" not in f"{found.detail}{found.do}"
    assert (f"chmod o-rwx '{secret}'" if level == "problem" else "") == found.do


@pytest.mark.parametrize("text", ["feeds: [https://me:canary@example.org/]", f"secrets: [whsec_{'a' * 32}]"])
def test_a_configuration_with_a_secret_in_it_is_a_secret(tmp_path: Path, text: str) -> None:
    config = tmp_path / "monitor.yaml"
    config.write_text(text)
    config.chmod(0o644)

    assert "problem" == doctor.secrets(config)[0].level
    config.write_text("feeds: [https://example.org/]")
    assert "ok" == doctor.secrets(config)[0].level


def test_a_clock_that_is_behind_the_store_is_a_problem() -> None:
    assert "ok" == doctor.clock(NOW, None).level
    assert "ok" == doctor.clock(NOW, NOW + timedelta(minutes=4)).level
    assert "problem" == doctor.clock(NOW, NOW + timedelta(hours=1)).level


def test_few_file_handles_are_warned_of() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[1]), before[1]))
    try:
        few = doctor.handles()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert "warning" == few.level
    assert "LimitNOFILE" in few.do


def test_proxies_of_the_environment_are_told_by_name_alone() -> None:
    found = doctor.proxies({"HTTPS_PROXY": "http://me:canary@proxy", "PATH": "/bin"})

    assert "warning" == found.level
    assert "HTTPS_PROXY" in found.detail
    assert "canary" not in found.detail
    assert "network.proxy" not in found.do
    assert "not supported" in found.do
    assert "ok" == doctor.proxies({"PATH": "/bin"}).level


def _resolve(host: str) -> None:
    if host == "typo.example":
        raise OSError("Name or service not known")


def test_a_name_that_cannot_be_looked_up_is_a_problem() -> None:
    assert [("problem", "typo.example: Name or service not known")] == [
        (each.level, each.detail) for each in doctor.names({"well.example", "typo.example"}, _resolve)
    ]
    assert ["ok"] == [each.level for each in doctor.names({"well.example"}, _resolve)]


@pytest.mark.parametrize(
    ("examined", "levels"),
    [
        (Examined(trouble="damaged", do="restore"), ["problem"]),
        (Examined(), ["ok"]),
        (Examined(size=0), ["ok"]),
        (Examined(size=1), ["ok", "ok"]),
        (Examined(size=1, log_size=10**9), ["ok", "warning"]),
        (Examined(size=1, open_to_all=True), ["ok", "warning", "ok"]),
    ],
)
def test_a_store_is_told_as_it_is(examined: Examined, levels: list[str]) -> None:
    found = doctor.store(examined)

    assert levels == [each.level for each in found]
    assert all(bool(each.do) == (each.level != "ok") for each in found)


@pytest.mark.parametrize(("free", "level"), [(10**10, "ok"), (5 * 10**8, "warning"), (10**7, "problem")])
def test_a_full_disk_is_a_problem(tmp_path: Path, free: int, level: str) -> None:
    assert level == doctor.disk(tmp_path / "not" / "made", lambda _: free).level


def test_a_problem_fails_and_a_warning_does_not() -> None:
    warned = Finding(name="a", level="warning", detail="b", do="c")

    assert not doctor.show_doctor([warned]).failed
    assert doctor.show_doctor([warned, Finding(name="a", level="problem", detail="b", do="c")]).failed
