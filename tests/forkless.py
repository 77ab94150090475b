"""Preloaded by a fork server, it has every fork fail, as it does where there are too many processes."""

import errno
import os


def fork() -> int:
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


os.fork = fork
