"""Does what a release consists of install and run where nothing else is?"""

import hashlib
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from deploy import release
from monitor import __version__
from tests.docs.blocks import blocks

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("an installation") / "environment"


@pytest.fixture(scope="module")
def made(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a release once, by its command."""
    out = tmp_path_factory.mktemp("release") / "dist"
    assert 0 == release.main(["--out", str(out)], environment)
    return out


@pytest.fixture(scope="module")
def documented(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel by the lines of the document; return the environment."""
    environment = tmp_path_factory.mktemp("opt") / "news-monitor"
    (block,) = (each for each in blocks("docs/operations.md") if "run.py release\n" in each.text)
    # It was built already.
    lines = block.text.removeprefix("python3 run.py release\n")
    lines = lines.replace("/opt/news-monitor", str(environment)).replace("dist/", f"{made}/")
    environ = os.environ | {"PATH": f"{Path(release.uv()).parent}:{os.environ['PATH']}"}

    done = subprocess.run(
        ["bash", "-euc", lines], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert __version__ in done.stdout
    return environment


@pytest.fixture(scope="module")
def installed(made: Path, environment: Path) -> Path:  # noqa: ARG001  (which installs it)
    """Return the programs of an environment that holds the wheel."""
    return environment / "bin"


def test_a_release_is_an_archive_a_wheel_a_bill_of_materials_and_their_digests(made: Path) -> None:
    names = {
        f"news_monitor-{__version__}.tar.gz",
        f"news_monitor-{__version__}-py3-none-any.whl",
        f"news-monitor-{__version__}.cdx.json",
    }
    sums = dict(line.split("  ")[::-1] for line in (made / "SHA256SUMS").read_text().splitlines())

    assert names | {"SHA256SUMS"} == {path.name for path in made.iterdir()}
    assert {name: hashlib.sha256((made / name).read_bytes()).hexdigest() for name in names} == sums


def test_building_again_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    for path in release.build(ROOT, tmp_path):
        assert (made / path.name).read_bytes() == path.read_bytes()


def test_the_archive_of_the_source_builds_the_same_wheel(made: Path, tmp_path: Path) -> None:
    # As whoever has it would; the library's own way came with Python 3.11.4.
    subprocess.run(["tar", "-xzf", next(made.glob("*.tar.gz")), "-C", tmp_path], check=True)
    (source,) = tmp_path.iterdir()

    _, wheel = release.build(source, tmp_path / "again")

    assert (made / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_the_package_its_seeds_and_licenses_and_no_tests(made: Path) -> None:
    names = zipfile.ZipFile(next(made.glob("*.whl"))).namelist()

    folder = f"news_monitor-{__version__}.dist-info"
    data = f"news_monitor-{__version__}.data"
    assert {"monitor", folder, data} == {name.split("/")[0] for name in names}
    assert f"{data}/data/share/man/man1/monitor.1" in names
    assert f"{folder}/licenses/LICENSE" in names
    assert f"{folder}/licenses/NOTICE" in names
    assert any(name.startswith("monitor/demo/seeds/articles/") for name in names)


def test_the_wheel_as_the_document_installs_it_runs_the_demo_from_anywhere(
    documented: Path, tmp_path: Path
) -> None:
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))
    }

    done = subprocess.run(
        [documented / "bin" / "monitor", "demo"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "4 signatures verified" in done.stdout
    assert [] == list(tmp_path.iterdir())


def test_the_bill_of_materials_names_what_is_installed_with_licenses_and_no_place(
    made: Path, installed: Path
) -> None:
    (file,) = made.glob("*.cdx.json")
    bill = json.loads(file.read_text(encoding="utf-8"))
    listed = subprocess.run(
        [release.uv(), "pip", "list", "--format", "json", "--python", installed / "python"],
        capture_output=True,
        check=True,
    )
    there = {(canonicalize_name(each["name"]), each["version"]) for each in json.loads(listed.stdout)}
    components = [*bill["components"], bill["metadata"]["component"]]

    assert there == {(canonicalize_name(each["name"]), each["version"]) for each in components}
    assert ("news-monitor", __version__) == (components[-1]["name"], components[-1]["version"])
    # It says its license in words that no list of licenses holds.
    assert ["ahocorasick_rs"] == [each["name"] for each in components if not each.get("licenses")]
    assert "file:" not in file.read_text(encoding="utf-8")
