"""The worker on bundled seeds, with a server and a receiver on loopback."""
