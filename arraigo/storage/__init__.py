"""The whole database at once: backed up, restored, moved to another one, filled in bulk."""
