"""Has dictionaries and the model of languages packed, once for an account and their versions.

Packing takes seconds and 100 MB, so another process does it, whose memory goes with it. Whoever comes
meanwhile waits for it. Where nothing can be kept, all is asked as it comes: later and slower, with the same
answers.
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
from monitor.articles import language
from monitor.matching import languages

EDITION = f"{languages.EDITION}-{language.EDITION}"

# Seconds for what takes four on an idle machine.
PATIENCE = 120


def ready_words(cache: Path | None = None) -> str | None:
    """Have words and languages looked up in what is packed, which is made first; return why not.

    They stand in a folder of `cache`: by default the account's own for caches, which `XDG_CACHE_HOME` moves.
    """
    try:
        _use(_packed(cache or _account_cache()))
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return None


def use_ready_words(cache: Path | None = None) -> None:
    """Have words and languages looked up in what is packed, where it is: a command does not wait for that."""
    folder = (cache or _account_cache()) / EDITION
    if folder.is_dir():
        _use(folder)


def _use(folder: Path) -> None:
    languages.use_packed(folder)
    language.use_packed(folder)


def _account_cache() -> Path:
    return user_cache_path("news-monitor", appauthor=False) / "words"


def _packed(cache: Path) -> Path:
    """Return the folder of what is packed.

    Raises:
        OSError, SubprocessError: it is not there, and cannot be made.
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
        # In the folder itself: once it is gone, one whose parent was killed has nowhere to write.
        subprocess.run(  # noqa: S603  (our own interpreter, our own module)
            [sys.executable, "-P", "-m", "monitor.errands.words", made.name],
            cwd=beside,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
        # A power cut must not leave the name without what is in it: each later start would read that.
        os.sync()
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
    languages.pack(Path(sys.argv[1]))
    language.pack(Path(sys.argv[1]))
