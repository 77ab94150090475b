"""Preloaded by a fork server, it takes two seconds, as much does where all cores are busy."""

import time

import tests.tasks  # noqa: F401

time.sleep(2)
