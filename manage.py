#!/usr/bin/env python3
"""Django's command line; `./run manage …` calls it inside the project's environment."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arraigo.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A bad setting says in a sentence what to write; where it was read helps nobody.
        sys.exit(str(error))
