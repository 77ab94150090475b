"""Which lines are counted? Those that are run by an import, and by tests with examples that somebody wrote.

A plugin of pytest for runs under coverage. By luck a drawn example reaches a branch one day that it misses
another: tests of those come last, and are not counted. Nor is what pytest does around the tests, which would
be slowed down all the same, nor what a file of tests calls while it is imported: who wants that counted calls
it in a test or a fixture.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import cast

import pytest
from coverage import Coverage


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of drawn examples last: what these have a cache know already is not done again."""
    items.sort(key=_is_drawn)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """Count what a fixture runs."""
    with _counted(request.node):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Count what a test runs."""
    with _counted(pyfuncitem):
        return (yield)


def pytest_unconfigure() -> None:
    """Give back what counts: it wants to end by itself."""
    sys.settrace(_COUNTING)


@contextmanager
def _counted(tests: pytest.Item | pytest.Collector) -> Iterator[None]:
    """Count the lines that run, unless it is for drawn examples."""
    before = sys.gettrace()
    sys.settrace(None if _is_drawn(tests) else _COUNTING)
    try:
        yield
    finally:
        sys.settrace(before)


def _is_drawn(tests: pytest.Item | pytest.Collector) -> bool:
    return tests.get_closest_marker("hypothesis") is not None


def _import(source: str) -> None:
    """Import a module, or all those below a folder."""
    files = sorted(Path(source).rglob("*.py"))
    names = [".".join(each.with_suffix("").parts).removesuffix(".__init__") for each in files]
    for each in names or [source]:
        import_module(each)


_COUNTING = sys.gettrace()
if running := Coverage.current():
    for each in cast("list[str]", running.get_option("run:source")):
        _import(each)
sys.settrace(None)
