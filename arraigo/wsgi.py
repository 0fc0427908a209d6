"""The WSGI application that the server runs."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arraigo.settings")
application = get_wsgi_application()

from arraigo.insight import chance  # noqa: E402

threading.Thread(target=chance.load, daemon=True).start()
