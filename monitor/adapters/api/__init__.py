"""The read API beside `/status`: what the store holds, for programs that ask."""

from monitor.adapters.api.answers import ROOT, Api
from monitor.adapters.api.description import describe

__all__ = ["ROOT", "Api", "describe"]
