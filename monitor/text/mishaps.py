"""What may be said of an error that nobody foresaw: its kind and its place, not its words.

The words of other people's errors hold what was at hand: an address with its password, a header, a key.
"""

from monitor.errors import MonitorError

_MOST = 300


def told(error: BaseException) -> str:
    """Return an error on one line of at most 300 characters, such as `ValueError at monitor.pipeline:120`.

    Errors that are raised on purpose keep their words, which are fit for an operator; those of the system
    keep what the system calls them, without the names of files.
    """
    name = type(error).__name__
    if isinstance(error, MonitorError):
        return f"{name}: {error}"[:_MOST]
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"[:_MOST]
    places = _places(error)
    if not places:
        return name[:_MOST]
    ours = next((place for place in reversed(places) if place.startswith("monitor.")), places[-1])
    inner = f", in {places[-1]}" if places[-1] != ours else ""
    return f"{name} at {ours}{inner}"[:_MOST]


def chain(error: BaseException) -> list[BaseException]:
    """Return an error behind those that it came of, the first of them first."""
    found: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in found:
        found.append(each)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return found[::-1]


def _places(error: BaseException) -> list[str]:
    """Return module and line of each call on the way to an error, the innermost last."""
    places, step = [], error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_globals.get('__name__')}:{step.tb_lineno}")
        step = step.tb_next
    return places
