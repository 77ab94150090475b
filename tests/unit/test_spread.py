"""Do tests that workers share give what they give in one process, and is none lost with a worker?"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = {
    "test_first.py": """
import os
import pytest

COLLECTED = os.getpid()

@pytest.fixture(scope="session")
def lasting():
    yield
    print(f"done in {os.getpid()}", file=open("done.txt", "a"))

def test_a_worker_is_a_fork_of_who_collected(lasting):
    assert os.getppid() == COLLECTED

def test_what_fails_is_shown_with_what_it_printed(tmp_path):
    print("printed by", tmp_path)
    assert 1 == 2
""",
    "test_second.py": """
import os
import time
import pytest

def test_it_passes(capfd):
    os.write(1, b"raw")
    assert "raw" == capfd.readouterr().out

@pytest.mark.skip(reason="another time")
def test_it_is_skipped():
    pass

@pytest.fixture
def broken():
    raise LookupError("nothing there")

def test_it_has_no_beginning(broken):
    pass
""",
    "test_third.py": "def test_it_passes_too():\n    pass\n",
}


def shared(folder: Path, workers: int = 2) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pytest", "-q", "-p", "tests.spread", "--workers", str(workers)]
    return subprocess.run(
        [*line, f"--rootdir={folder}", f"--basetemp={folder / 'made'}"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_workers_tell_the_first_process_all_that_came_of_every_test(tmp_path: Path, workers: int) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    done = shared(tmp_path, workers)

    assert 1 == done.returncode
    assert "1 failed, 3 passed, 1 skipped, 1 error in" in done.stdout, done.stdout + done.stderr
    assert f"printed by {tmp_path}/made/worker" in done.stdout
    assert "LookupError: nothing there" in done.stdout
    assert 1 == (tmp_path / "done.txt").read_text().count("done in")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("os._exit(0)", "no worker came to the end of ['test_ending.py::test_it_ends_all'"),
        ("os.kill(os.getpid(), 9)", "before ['test_ending.py::test_it_ends_all'"),
    ],
)
def test_a_worker_that_ends_before_its_tests_fails_the_run(tmp_path: Path, how: str, told: str) -> None:
    (tmp_path / "test_ending.py").write_text(f"import os\n\ndef test_it_ends_all():\n    {how}\n")
    (tmp_path / "test_other.py").write_text(FILES["test_third.py"])

    done = shared(tmp_path)

    assert 3 == done.returncode
    assert told in done.stdout + done.stderr
