"""Everything about customers lies in the data folder: it is for the account that runs Arraigo alone."""

import contextlib
import os
import stat
from pathlib import Path

from django.conf import settings
from django.db import connection

FOLDER, FILE = 0o700, 0o600


def close_to_others() -> None:
    """Take the data folder, and a SQLite file wherever it lies, from the other accounts of the machine.

    A folder that is shared (as /tmp) or somebody else's is left as it is.
    """
    found = settings.DATA_DIR.stat()
    if found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
        settings.DATA_DIR.chmod(FOLDER)
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError, PermissionError):
                Path(f"{connection.settings_dict['NAME']}{end}").chmod(FILE)
