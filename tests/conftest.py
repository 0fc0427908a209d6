"""Shared by all tests."""

import os

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
"""Playwright runs an event loop in the thread that also speaks to the database."""
