"""What a process says that a bug ends: every call on the way there, and no value.

Python's own report ends in the words of each error, which may hold secrets.
"""

import contextlib
import sys
import threading
import traceback

from monitor.text.mishaps import chain, told

_CAUSED = "\nof this came:\n\n"
_HEAD = "monitor: a bug; the words of errors are left out, they may hold secrets\n\n"


def report(error: BaseException) -> str:
    """Return the calls that led to an error and to those that it came of, without their words."""
    return _HEAD + _CAUSED.join(
        f"{''.join(traceback.format_tb(each.__traceback__))}{told(each)}\n" for each in chain(error)
    )


def say(error: BaseException) -> None:
    """Write the report to standard error, if that can be written."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(report(error))
        sys.stderr.flush()


def guard_threads() -> None:
    """Have threads and finalizers that break say no more than the main thread would."""
    threading.excepthook = lambda broken: None if broken.exc_value is None else say(broken.exc_value)
    sys.unraisablehook = lambda broken: None if broken.exc_value is None else say(broken.exc_value)
