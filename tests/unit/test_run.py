"""Does `run.py` install once, install whole, and then get out of the way?

uv is played by a shell script that makes a small environment and notes each call;
an installation with the real one happens wherever these tests are started by `run.py`.
"""

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import run

UV_SCRIPT = """\
#!/bin/sh
echo "$*" >> "$0.told"
case "$*" in
  --version) exit 0 ;;
  venv*)
    mkdir -p "$4/bin"
    ln -s "$3" "$4/bin/python"
    cp "$0.monitor" "$4/bin/monitor" ;;
  "pip sync"*) sleep 0.2 ;;
esac
case "$*" in *"$(cat "$0.refuses")"*) echo "no such package" >&2; exit 2 ;; esac
"""
ECHO = """\
#!/bin/sh
pwd
printf '%s\\n' "$@"
"""
LISTENER = """\
#!/bin/sh
trap 'echo drained; exit 3' TERM
trap 'echo reloaded' HUP
echo ready
while :; do sleep 0.05; done
"""
PYPROJECT = '[project]\nname = "news-monitor"\nversion = "1"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A copy of `run.py` with a played uv beside it."""

    root: Path
    uv: Path
    home: Path

    def environ(self) -> dict[str, str]:
        path = f"{self.uv.parent}:/usr/bin:/bin"
        return {"PATH": path, "HOME": str(self.home)}

    def start(
        self, *arguments: str, cwd: Path | None = None, python: str = sys.executable
    ) -> subprocess.Popen[str]:
        line = [python, str(self.root / "run.py"), *arguments]
        return subprocess.Popen(
            line,
            cwd=cwd or self.root,
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(
        self, *arguments: str, cwd: Path | None = None, python: str = sys.executable
    ) -> tuple[int, str, str]:
        with self.start(*arguments, cwd=cwd, python=python) as process:
            out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def told(self, word: str) -> int:
        """How often uv was called with this word first."""
        calls = self.uv.with_name("uv.told")
        return sum(line.startswith(word) for line in calls.read_text().splitlines()) if calls.exists() else 0

    def refuses(self, words: str) -> None:
        self.uv.with_name("uv.refuses").write_text(words)

    def plays(self, monitor: str) -> None:
        script = self.uv.with_name("uv.monitor")
        script.write_text(monitor)
        script.chmod(0o755)


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    # A space in the path is part of what must work.
    folder = Path(tempfile.mkdtemp(prefix="news monitor "))
    root, uv = folder / "a checkout", folder / "bin" / "uv"
    for path in (root, uv.parent, folder / "home"):
        path.mkdir()
    shutil.copy(run.__file__, root / "run.py")
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "requirements.lock").write_text("")
    uv.write_text(UV_SCRIPT)
    uv.chmod(0o755)
    made = Checkout(root=root, uv=uv, home=folder / "home")
    made.refuses("nothing at all")
    made.plays(ECHO)
    yield made
    shutil.rmtree(folder)


def test_without_arguments_the_help_is_printed_and_nothing_installed(checkout: Checkout) -> None:
    returned, out, err = checkout.call()

    assert returned == 0
    assert "python3 run.py COMMAND" in out
    assert err == ""
    assert not (checkout.root / ".venv").exists()


def test_help_is_the_same_under_its_own_name(checkout: Checkout) -> None:
    assert checkout.call() == checkout.call("--help")


def test_the_command_gets_its_arguments_and_the_folder_of_the_caller(checkout: Checkout) -> None:
    returned, out, _ = checkout.call("check", "-c", "my file.yaml", cwd=checkout.home)

    assert returned == 0
    assert [str(checkout.home), "check", "-c", "my file.yaml"] == out.splitlines()


def test_the_second_call_installs_nothing_and_says_nothing(checkout: Checkout) -> None:
    _, _, first = checkout.call("demo")
    _, _, second = checkout.call("demo")

    assert "installing" in first
    assert second == ""
    assert checkout.told("pip sync") == 1


def test_another_lock_is_installed_again(checkout: Checkout) -> None:
    checkout.call("demo")
    (checkout.root / "requirements.lock").write_text("six==1.17.0\n")

    checkout.call("demo")

    assert checkout.told("pip sync") == 2


def test_another_lock_is_installed_also_when_called_by_the_environment_that_it_replaces(
    checkout: Checkout,
) -> None:
    checkout.call("check")
    (checkout.root / "requirements.lock").write_text("other==1\n")
    inside = checkout.root / ".venv" / "bin" / "python"
    base = inside.resolve()

    returned, _, err = checkout.call("check", python=str(inside))

    assert (0, base) == (returned, inside.resolve()), err


def test_a_moved_checkout_is_installed_again(checkout: Checkout) -> None:
    checkout.call("demo")
    moved = checkout.root.rename(checkout.root.with_name("elsewhere"))

    returned, _, err = Checkout(root=moved, uv=checkout.uv, home=checkout.home).call("demo")

    assert returned == 0
    assert "installing" in err


def test_an_installation_that_failed_is_told_and_never_taken_for_a_whole_one(checkout: Checkout) -> None:
    checkout.refuses("pip install")
    failed, out, err = checkout.call("demo")
    checkout.refuses("nothing at all")

    returned, _, _ = checkout.call("demo")

    assert failed == 1
    assert out == ""
    assert "no such package" in err
    assert "run.py: installation failed" in err
    assert returned == 0
    assert checkout.told("pip sync") == 2


def test_calls_at_the_same_time_install_once_and_all_succeed(checkout: Checkout) -> None:
    calls = [checkout.start("demo", str(number)) for number in range(4)]

    outs = [call.communicate(timeout=30)[0] for call in calls]

    assert [0] * 4 == [call.returncode for call in calls]
    assert [str(number) for number in range(4)] == [out.split()[-1] for out in outs]
    assert checkout.told("venv") == 1


def test_signals_reach_the_command(checkout: Checkout) -> None:
    checkout.plays(LISTENER)
    with checkout.start("run") as process:
        try:
            assert _line_of(process) == "ready\n"
            process.send_signal(signal.SIGHUP)
            assert _line_of(process) == "reloaded\n"

            process.send_signal(signal.SIGTERM)

            assert _line_of(process) == "drained\n"
            assert process.wait(timeout=10) == 3
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_a_read_only_checkout_is_served_from_the_cache_folder(checkout: Checkout) -> None:
    checkout.root.chmod(0o555)
    # Without capabilities, root minds the mode of its own folders like everybody else.
    plain = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    line = [*plain, sys.executable, str(checkout.root / "run.py"), "demo"]

    done = subprocess.run(line, env=checkout.environ(), capture_output=True, text=True, check=False)
    checkout.root.chmod(0o755)

    assert done.returncode == 0, done.stderr
    assert str(checkout.home / ".cache" / "news-monitor") in done.stderr
    assert not (checkout.root / ".venv").exists()


def test_a_development_command_that_is_not_there_is_told(checkout: Checkout) -> None:
    returned, _, err = checkout.call("bench")

    assert returned == 1
    assert "run.py: 'bench' is not in this checkout" in err


def test_test_runs_the_checks_of_this_checkout() -> None:
    root, venv = Path(run.__file__).parent, Path("/somewhere/.venv")

    line = run.command_line(root, venv, ["test", "-k", "law"])

    assert ["/somewhere/.venv/bin/python", "-m", "tests.checks", "-k", "law"] == line


def test_an_unknown_word_is_left_to_the_product() -> None:
    line = run.command_line(Path("/checkout"), Path("/somewhere/.venv"), ["--version"])

    assert ["/somewhere/.venv/bin/monitor", "--version"] == line


@pytest.mark.parametrize(
    ("pyproject", "same"),
    [
        (PYPROJECT + "[tool.ruff]\nline-length = 90\n", True),
        (PYPROJECT + "[project.scripts]\nmonitor = 'monitor.cli:main'\n", False),
        (PYPROJECT + "[tool.hatch.build]\ndev-mode-dirs = ['.']\n", False),
    ],
)
def test_only_what_decides_the_packages_changes_the_stamp(
    checkout: Checkout, pyproject: str, *, same: bool
) -> None:
    before = run.stamp(checkout.root, "/usr/bin/python3.11")
    (checkout.root / "pyproject.toml").write_text(pyproject)

    after = run.stamp(checkout.root, "/usr/bin/python3.11")

    assert same == (before == after)


def test_another_python_is_another_stamp(checkout: Checkout) -> None:
    stamps = {run.stamp(checkout.root, f"/usr/bin/python3.{minor}") for minor in (11, 12)}

    assert len(stamps) == 2


def test_an_environment_whose_python_is_gone_is_not_current(tmp_path: Path) -> None:
    (tmp_path / "stamp").write_text("wanted")

    assert not run.is_current(tmp_path, "wanted")


@pytest.mark.parametrize(
    ("environ", "base"),
    [
        ({"XDG_CACHE_HOME": "/cache", "HOME": "/home/me"}, "/cache"),
        ({"XDG_CACHE_HOME": "", "HOME": "/home/me"}, "/home/me/.cache"),
    ],
)
def test_the_cache_folder_follows_the_desktop_rules_and_differs_by_checkout(
    environ: Mapping[str, str], base: str
) -> None:
    one, other = (run.cache_home(Path(root), environ) for root in ("/one", "/other"))

    assert Path(base) / "news-monitor" == one.parent == other.parent
    assert one != other


def test_uv_on_the_path_goes_before_the_one_that_was_brought(tmp_path: Path) -> None:
    on_path, brought = tmp_path / "bin" / "uv", tmp_path / "tools" / "uv" / "bin" / "uv"
    for uv in (on_path, brought):
        _write_uv(uv, returns=0)

    assert str(on_path) == run.find_uv(tmp_path / "tools", str(on_path.parent))
    assert str(brought) == run.find_uv(tmp_path / "tools", "/nowhere")


def test_a_uv_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    _write_uv(tmp_path / "bin" / "uv", returns=127)

    assert run.find_uv(tmp_path / "tools", str(tmp_path / "bin")) is None


def test_without_uv_and_without_pip_the_reader_is_told_what_to_install(checkout: Checkout) -> None:
    checkout.uv.unlink()
    # -I and -S hide site-packages, and pip with them.
    line = [sys.executable, "-I", "-S", str(checkout.root / "run.py"), "demo"]
    (checkout.root / "requirements-uv.lock").write_text("")
    environ = checkout.environ() | {"PIP_NO_INDEX": "1"}

    done = subprocess.run(line, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert re.search(r"install uv, or pip .*python3-pip", done.stderr)


def _line_of(process: subprocess.Popen[str]) -> str:
    """The next line, or nothing where none comes within ten seconds."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 10)
    return process.stdout.readline() if ready else ""


def _write_uv(path: Path, *, returns: int) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\nexit {returns}\n")
    path.chmod(0o755)
