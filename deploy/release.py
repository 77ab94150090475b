"""Builds what a release consists of, and tries it: python3 run.py release [--out FOLDER].

The folder, `dist` by default, gets the source archive, the wheel made from it, a bill of materials
(CycloneDX, JSON) of the wheel with all its extras at the locked versions, and the digests of all three. The
same commit gives the same bytes on any machine with the same locked tools; the bill lists the packages of
this kind of machine. Nothing is uploaded.
"""
# ruff: noqa: T201 - a command that prints

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

import run
from monitor import __version__

ROOT = Path(run.__file__).resolve().parent
LOCKED = ("--constraints", str(ROOT / run.LOCK))


def main(arguments: Sequence[str], environment: Path | None = None) -> int:
    """Build into a folder; return 1 where the result could not be built, installed or run.

    It is installed into `environment`, by default one that is gone afterwards.
    """
    parser = argparse.ArgumentParser(prog="release", description="Build what a release consists of.")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist", help="the folder, which must be new or empty"
    )
    out = parser.parse_args(arguments).out.absolute()
    if out.exists() and any(out.iterdir()):
        parser.error(f"{out} is not empty")
    try:
        with tempfile.TemporaryDirectory(prefix="release-") as folder:
            make(out, environment or Path(folder) / "environment")
    except subprocess.CalledProcessError as error:
        print(f"{error.stdout}{error.stderr}{error}", file=sys.stderr)
        return 1
    return 0


def make(out: Path, environment: Path) -> None:
    """Build into a folder, and install and run the wheel in an environment."""
    sdist, wheel = build(ROOT, out)
    python = install(wheel, environment)
    print(call([python.with_name("monitor"), "--version"]).strip())
    made = (sdist, wheel, write_bill(python, out))
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made)
    (out / "SHA256SUMS").write_text(sums, encoding="utf-8")
    print(sums, end="")


def build(source: Path, out: Path) -> tuple[Path, Path]:
    """Return the source archive of a tree, and the wheel that is made from that archive.

    Both are built by the locked Hatchling of this environment.
    """
    call([uv(), "build", "--no-build-isolation", "--python", sys.executable, "--out-dir", out, source])
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    # What uv puts there so that Git does not see the folder is no part of a release.
    (out / ".gitignore").unlink(missing_ok=True)
    return sdist, wheel


def install(wheel: Path, environment: Path) -> Path:
    """Make an environment that holds the wheel with all extras at the locked versions; return its Python."""
    python = environment / "bin" / "python"
    into = ("pip", "install", "--python", python)
    call([uv(), "venv", "--python", sys.executable, environment])
    call([uv(), *into, *LOCKED, "--requirements", ROOT / "pyproject.toml", "--all-extras"])
    # By name: an installed file would leave its path in the bill of materials.
    named = f"news-monitor=={__version__}"
    call([uv(), *into, "--no-deps", "--no-index", "--find-links", wheel.parent, named])
    return python


def write_bill(python: Path, out: Path) -> Path:
    """Write the bill of materials of an environment, with versions, licenses and what needs what."""
    bill = out / f"news-monitor-{__version__}.cdx.json"
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        subject = Path(folder) / "pyproject.toml"
        subject.write_text(subject_of_the_bill(), encoding="utf-8")
        program = Path(sys.executable).with_name("cyclonedx-py")
        into = ("--output-reproducible", "--output-file", bill)
        call([program, "environment", *into, "--pyproject", subject, python])
    return bill


def subject_of_the_bill() -> str:
    """Return a pyproject.toml that says its version: ours is asked of the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = {"name": project["name"], "version": __version__, "description": project["description"]}
    said["license"] = project["license"]
    return "[project]\n" + "".join(f'{key} = "{value}"\n' for key, value in said.items())


def uv() -> str:
    """Return the uv that this environment was made with, or another one on PATH.

    Raises:
        BootstrapError: there is none.
    """
    found = run.find_uv(ROOT / ".tools", os.environ.get("PATH"))
    if found is None:
        raise run.BootstrapError("there is no uv on PATH; `python3 run.py` brings one into .tools")
    return found


def call(line: Sequence[str | Path]) -> str:
    """Run a program and return what it printed; its error holds what it said."""
    done = subprocess.run(
        line, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
