"""The adapter that a killed worker sends with: a commercial system in the test's own process."""

import os

from tests.bss.other_side import WithKeys


class OverThere(WithKeys):
    port = int(os.environ.get("OVER_THERE", "0"))
