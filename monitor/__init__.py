"""A headless news monitor: feeds in, signed alerts out."""

__version__ = "0.1.0"
