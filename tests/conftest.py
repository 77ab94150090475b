"""How are drawn examples tried, and which tests begin first?

Without a limit of time: no test here is about how fast a machine is.
"""

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None, print_blob=True)
settings.load_profile("patient")

# The longest file, which stays on one worker: begun late, the other worker would wait for it in the end.
FIRST = "tests/prove/test_samples.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest file before all others."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
