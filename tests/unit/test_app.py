"""What does the composition root bring along?"""

import subprocess
import sys


def test_what_reads_pages_is_imported_by_worker_processes_alone() -> None:
    program = (
        "import importlib, sys, monitor.app as app\n"
        "before = 'trafilatura' in sys.modules\n"
        "for name in app.PAGES: importlib.import_module(name)\n"
        "print(before, 'trafilatura' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True
    ).stdout

    assert "False True" == said.strip()
