"""The edges: network, processes, store, telemetry."""
