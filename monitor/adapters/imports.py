"""Libraries bring others along that a service has no use for, where these happen to be installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Have what is imported meanwhile find none of these modules, unless they are imported already.

    For libraries that do without them, and at the start of a program alone: it is so for every thread.
    """
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        # This is how Python says that there is no such module.
        sys.modules[name] = cast("Any", None)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
