"""The WSGI application that the server runs."""

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arraigo.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from arraigo.insight import chance  # noqa: E402


def settle() -> None:
    """Load what the first visitor would wait for, and keep the collector from walking through it ever after."""
    get_resolver().url_patterns  # noqa: B018 -- reading them loads every view
    chance.load()
    gc.collect()
    gc.freeze()


gc.set_threshold(10_000, 20, 20)
threading.Thread(target=settle, daemon=True).start()
