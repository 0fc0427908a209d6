"""What we measure, and beside whom. `./run bench NAME [--json]` runs `bench/NAME.py`."""

import argparse


def positive(text: str) -> int:
    """A whole number from 1 on, for an argument of a bench."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: write a whole number from 1 on")
    return int(text)
