"""Settings of the tests: Arraigo's own, in a data folder that goes away, with a quick password hasher."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="arraigo-tests-", dir=os.environ.get("ARRAIGO_TEST_FOLDER"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["ARRAIGO_DATA_DIR"] = _folder
os.environ.pop("ARRAIGO_PRODUCTION", None)

from arraigo.settings import *  # noqa: E402, F403
from arraigo.settings import DATA_DIR, DATABASES, STATIC_ROOT  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The tables of the models as they are, in a second instead of half a minute; tests/storage migrates for real,
# and tests/storage/test_schema.py holds the two against each other.
DATABASES["default"]["TEST"] = {"MIGRATE": False}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: the server of the browser tests writes from another thread.
    DATABASES["default"]["TEST"]["NAME"] = str(Path(DATA_DIR) / "test.sqlite3")
STATIC_ROOT.mkdir()
# Static files are looked for when they are asked for: each `Client` begins with middleware of its own, which
# would list them all.
WHITENOISE_AUTOREFRESH = True
