"""Arraigo: the retention desk of a telecom operator."""
