"""Gives the memory of large bodies back to the system as soon as they are freed.

Observations: glibc takes large pieces from the system one by one and gives them back. But at the first one
that is freed it raises what it calls large, up to 32 MB; and it opens up to eight arenas a core for threads.
Bodies then lie among small things that live long, and each arena keeps as much as it ever held at once.
Theory: a threshold that is set stays. Bodies of a megabyte are rare, so that what the system does for each
of them does not count.
"""

import ctypes

# Names in malloc.h, and numbers that glibc promises not to change.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE_BYTES = 1 << 20
# Threads mostly wait for the interpreter, not for each other's arenas.
_ARENAS = 4


def bound_kept_memory() -> bool:
    """Fix what is large, and bound the arenas; tell whether the allocator can do that: glibc's alone can."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES) and mallopt(_M_ARENA_MAX, _ARENAS))
