"""Chance that stays where it is drawn: each part of the demo has a Random of its own for each customer."""

import random


def chance(seed: int, *drawn: object) -> random.Random:
    """The Random of what is `drawn`: a part, or a customer's index and a part.

    No other customer, their number or another part's code moves what comes out of it.
    """
    return random.Random(" ".join(map(str, (seed, *drawn))))
