"""Does a drawn example cover a branch? No: by luck it reaches one today that it misses tomorrow.

A plugin of pytest for runs whose lines are counted: tests of drawn examples come last, and are not counted.
They are as fast as elsewhere, too.
"""

import pytest
from coverage import Coverage


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of drawn examples last: what these have a cache know already is not done again."""
    items.sort(key=_is_drawn)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Count no more from the first of them on."""
    counting = Coverage.current() if _is_drawn(item) else None
    if counting:
        counting.stop()


def _is_drawn(item: pytest.Item) -> bool:
    return item.get_closest_marker("hypothesis") is not None
