"""Entry of `./run`; see cli.py."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)
sys.dont_write_bytecode = True

from tools.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
