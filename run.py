"""Run the project's commands on a machine that has no more than Python and pip.

    python3 run.py COMMAND [ARGUMENTS …]

    demo                try the whole monitor on bundled articles
    run, once, check    the service, one pass, the configuration
    status, feeds, …    every other command of `monitor`: python3 run.py COMMAND --help
    test [ARGUMENTS]    run every check of the project; with arguments, only pytest with them
    prove, bench        prove the guarantees, measure the speed (where the checkout has them)
    release             build wheel, source archive and bill of materials into dist/
    lock [ARGUMENTS]    write the lock files anew; --upgrade takes newer versions

The first call installs the locked packages into .venv, each checked against its
digest; a later call starts at once. Where the checkout is read-only, .venv stands
below $XDG_CACHE_HOME/news-monitor (~/.cache/news-monitor). The package index and
other settings are those of uv and pip. For Linux and macOS.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

try:
    import tomllib
except ModuleNotFoundError:
    sys.exit("run.py: Python 3.11 or newer is needed; this is " + sys.version.split()[0])

ROOT = Path(__file__).resolve().parent
LOCK = "requirements.lock"
UV_LOCK = "requirements-uv.lock"
DEVELOPMENT = {
    "test": "tests.checks",
    "prove": "tests.prove",
    "bench": "bench",
    "release": "deploy.release",
}
# What decides the installed packages; a change of a linter's setting installs nothing.
BUILD_TABLES = ("project", "dependency-groups", "build-system")
# Hatchling asks for it only while it builds an editable, so no table of ours names it.
EDITABLE_BUILD = "editables"


class BootstrapError(Exception):
    """The environment cannot be made; the text says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Become the command that the arguments name; return an exit code where there is none to become."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print((__doc__ or "").rstrip())
        return 0
    try:
        if arguments[0] == "lock":
            return lock(ROOT, arguments[1:])
        line = command_line(ROOT, environment(ROOT), arguments)
    except (BootstrapError, OSError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments[0] in DEVELOPMENT:
        os.chdir(ROOT)
    return _become(line)


def command_line(root: Path, venv: Path, arguments: Sequence[str]) -> list[str]:
    """Return the program and arguments for a command.

    Raises:
        BootstrapError: it is a development command that this checkout does not have.
    """
    module = DEVELOPMENT.get(arguments[0])
    if module is None:
        return [str(venv / "bin" / "monitor"), *arguments]
    path = root.joinpath(*module.split("."))
    if not path.is_dir() and not path.with_suffix(".py").is_file():
        raise BootstrapError(f"'{arguments[0]}' is not in this checkout")
    return [str(venv / "bin" / "python"), "-m", module, *arguments[1:]]


def environment(root: Path) -> Path:
    """Return the folder of an environment that holds exactly the locked packages."""
    # Now: it may be called by the environment that is removed below, whose links lead nowhere then.
    interpreter = python()
    wanted = stamp(root, interpreter)
    homes = (root, cache_home(root, os.environ))
    for home in homes:
        if is_current(home / ".venv", wanted):
            return home / ".venv"
    writable = [home for home in homes if may_write(home)]
    if not writable:
        raise BootstrapError(
            f"neither {homes[0]} nor {homes[1]} can be written; "
            "set XDG_CACHE_HOME to a folder that you may write"
        )
    home = writable[0]
    tools = home / ".tools"
    tools.mkdir(exist_ok=True)
    with (tools / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        # Another run may have installed while this one waited.
        if not is_current(home / ".venv", wanted):
            # uv inherits the lock: it is held as long as uv works, even where this process dies.
            _install(root, home, interpreter, wanted, held.fileno())
    return home / ".venv"


def stamp(root: Path, interpreter: str) -> str:
    """Return what an environment is made from, as a digest; another stamp needs another environment."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    made_from = {
        "root": str(root),
        "python": [interpreter, sys.version],
        "project": [pyproject.get(table) for table in BUILD_TABLES],
        "build": pyproject.get("tool", {}).get("hatch"),
        "lock": (root / LOCK).read_text(encoding="utf-8"),
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def is_current(venv: Path, wanted: str) -> bool:
    """Return whether an environment was completed with this stamp and its Python can be run."""
    try:
        found = (venv / "stamp").read_text(encoding="utf-8")
    except OSError:
        return False
    return found == wanted and os.access(venv / "bin" / "python", os.X_OK)


def cache_home(root: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder that stands in for a checkout that cannot be written."""
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME", "/")) / ".cache"
    digest = hashlib.sha256(str(root).encode()).hexdigest()
    return Path(base).absolute() / "news-monitor" / digest[:12]


def may_write(home: Path) -> bool:
    """Return whether files can be made in a folder; the folder is made where it is missing."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(home, os.W_OK | os.X_OK)


def python() -> str:
    """Return the path of the interpreter itself, also when called from inside an environment."""
    return str(Path(sys.executable).resolve())


def find_uv(tools: Path, path: str | None) -> str | None:
    """Return a uv that runs: from `path`, else the one that an earlier run brought."""
    for places in (path, str(tools / "uv" / "bin")):
        uv = shutil.which("uv", path=places)
        if uv and subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0:
            return uv
    return None


def lock(root: Path, options: Sequence[str]) -> int:
    """Write both lock files anew from pyproject.toml; pins stay unless `--upgrade` is among the options."""
    if not may_write(root):
        raise BootstrapError(f"{root} cannot be written")
    tools = root / ".tools"
    tools.mkdir(exist_ok=True)
    uv = find_uv(tools, os.environ.get("PATH")) or _bring_uv(root, tools)
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    build = "\n".join([*pyproject["build-system"]["requires"], EDITABLE_BUILD])
    project = ["--group", "dev", "--all-extras", "pyproject.toml", "-"]
    for target, sources, stdin in ((LOCK, project, build), (UV_LOCK, ["-"], "uv")):
        line = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        line += ["--generate-hashes", "--no-emit-index-url", "--no-header"]
        line += [*options, "--output-file", target, *sources]
        done = subprocess.run(line, cwd=root, input=stdin, text=True, check=False)
        if done.returncode != 0:
            raise BootstrapError(f"{target} is not written, see above")
    return 0


def _install(root: Path, home: Path, interpreter: str, wanted: str, held: int) -> None:
    """Make the environment from nothing and stamp it last, so that a broken one is never taken for whole."""
    started = time.monotonic()
    tools, venv = home / ".tools", home / ".venv"
    uv = find_uv(tools, os.environ.get("PATH")) or _bring_uv(root, tools)
    _tell(f"installing the locked packages into {venv} …")
    if venv.exists():
        shutil.rmtree(venv)
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    into = ["--python", str(venv / "bin" / "python")]
    # Hatchling comes from the lock too, so building the project downloads nothing.
    project = ["--no-deps", "--no-build-isolation", "--editable", str(root)]
    for line in (
        ["venv", "--python", interpreter, str(venv)],
        ["pip", "sync", "--require-hashes", *into, str(root / LOCK)],
        ["pip", "install", *into, *project],
    ):
        done = subprocess.run(
            [uv, *line, *quiet],
            cwd=home,
            env=_uv_environment(tools),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(held,),
            check=False,
        )
        if done.returncode != 0:
            raise BootstrapError("installation failed, see above; is the package index reachable?")
    fresh = venv / "stamp.new"
    fresh.write_text(wanted, encoding="utf-8")
    fresh.replace(venv / "stamp")
    _tell(f"installed in {time.monotonic() - started:.1f} s")


def _bring_uv(root: Path, tools: Path) -> str:
    """Install the pinned uv into the tools folder with pip, beside and not into the system's packages."""
    _tell("fetching uv with pip …")
    fresh = tools / "uv.new"
    shutil.rmtree(fresh, ignore_errors=True)
    line = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    line += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    line += ["--root-user-action", "ignore"]
    line += ["--target", str(fresh), "--requirement", str(root / UV_LOCK)]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode == 0:
        shutil.rmtree(tools / "uv", ignore_errors=True)
        fresh.rename(tools / "uv")
    uv = find_uv(tools, "")
    if uv is None:
        raise BootstrapError(
            "uv is not on PATH and pip could not fetch it (see above); install uv, or pip "
            "(on Debian: apt-get install python3-pip), and reach a package index once"
        )
    return uv


def _uv_environment(tools: Path) -> dict[str, str]:
    """Return this process's environment, with a cache of our own where uv's usual one cannot be made."""
    environ = dict(os.environ)
    if not may_write(cache_home(ROOT, environ).parent.parent):
        environ.setdefault("UV_CACHE_DIR", str(tools / "cache"))
    return environ


def _become(line: list[str]) -> NoReturn:
    """Hand this process over to the command, so that SIGTERM and SIGHUP reach it."""
    sys.stdout.flush()
    os.execv(line[0], line)


def _tell(text: str) -> None:
    print(f"run.py: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
