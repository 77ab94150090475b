"""Sandboxes of worker processes for tests, which are closed at the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy

Make = Callable[..., ProcessSandbox]


@contextmanager
def sandboxes(workers: int) -> Iterator[Make]:
    """Give what makes them, with so many workers and a policy as ever where nothing else is said."""
    made: list[ProcessSandbox] = []

    def one(preload: str = "tests.tasks", **policy: object) -> ProcessSandbox:
        made.append(ProcessSandbox(SandboxPolicy(**{"workers": workers, **policy}), [preload]))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for each in made:
        each.close()
