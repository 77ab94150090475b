"""Laws of the memory that large bodies took: freed, it is the system's again."""

import subprocess
import sys

# As downloads do: bodies that grow by pieces, in many threads, of each of which something small stays.
PROGRAM = """
import random, sys, threading
from pathlib import Path
from monitor.adapters.allocator import bound_kept_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

together = threading.Barrier(16)

def download(seed):
    dice = random.Random(seed)
    together.wait()
    for _ in range(20):
        body = bytearray()
        for _ in range(dice.randrange(4, 100)):
            body += bytes(65_536)
        kept.append(bytes(body)[:2_000])

kept, bound = [], sys.argv[1] == "bound" and bound_kept_memory()
before = resident()
threads = [threading.Thread(target=download, args=(seed,)) for seed in range(16)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(int(bound), resident() - before)
"""
MUCH = 50_000_000


def test_a_process_keeps_no_memory_of_the_bodies_that_its_threads_freed() -> None:
    assert (True, True) == _downloaded("bound")
    # Else the bodies of this test would be too few to show anything.
    assert (False, False) == _downloaded("as ever")


def _downloaded(how: str) -> tuple[bool, bool]:
    """Return whether the allocator was bound, and whether little stayed."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=120, check=True
    )
    bound, kept = map(int, done.stdout.split())
    return bool(bound), kept < MUCH
