"""What one command has the adapters do, without the service; each file imports what it needs alone."""
