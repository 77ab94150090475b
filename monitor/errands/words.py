"""Has the dictionaries packed, once for an account and a version of them.

Packing takes seconds and 100 MB, so another process does it, whose memory goes with it. Whoever comes
meanwhile waits for it. Where nothing can be kept, words are looked up as the dictionaries come: slower,
with the same answers.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

import monitor
from monitor.matching.languages import EDITION, pack, use_packed

# Seconds for what takes three on an idle machine.
PATIENCE = 120


def ready_words(cache: Path | None = None) -> str | None:
    """Have words looked up in packed dictionaries, made first where there are none; return why not.

    They stand in a folder of `cache`: by default the account's own for caches, which `XDG_CACHE_HOME` moves.
    """
    try:
        folder = _packed(cache or user_cache_path("news-monitor", appauthor=False) / "words")
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    use_packed(folder)
    return None


def _packed(cache: Path) -> Path:
    """Return the folder of the packed dictionaries.

    Raises:
        OSError, SubprocessError: they are not there, and cannot be made.
    """
    folder = cache / EDITION
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{EDITION}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            # Left by who was killed while it had the lock.
            for left in cache.glob(f"{EDITION}-*"):
                shutil.rmtree(left, ignore_errors=True)
            _pack_apart(cache, folder)
    return folder


def _pack_apart(cache: Path, folder: Path) -> None:
    """Pack in another process, beside the folder, which is there whole or not at all."""
    beside = Path(tempfile.mkdtemp(prefix=f"{EDITION}-", dir=cache))
    try:
        made = beside / "made"
        subprocess.run(  # noqa: S603  (our own interpreter, our own module)
            [sys.executable, "-P", "-m", "monitor.errands.words", str(made)],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
        made.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _environment() -> dict[str, str]:
    """Return what packing needs of the environment, and no secret."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(monitor.__file__).parent.parent),
    }


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
