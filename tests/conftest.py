"""How are drawn examples tried? Without a limit of time: no test here is about how fast a machine is."""

from hypothesis import settings

settings.register_profile("patient", deadline=None, print_blob=True)
settings.load_profile("patient")
