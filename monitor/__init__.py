"""A headless news monitor: feeds in, signed alerts out."""
