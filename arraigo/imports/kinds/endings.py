"""What ends with a product that a file says has ended."""

from collections.abc import Mapping

from arraigo.products import courtesies
from arraigo.products.queries import running_courtesies


def courtesies_end(reasons: Mapping[int, str]) -> None:
    """Take back the courtesies that run or wait on products that ended: key of the product → why it ended."""
    for reason in sorted(set(reasons.values())):
        products = [key for key, told in reasons.items() if told == reason]
        left = sorted(set(running_courtesies(products).values_list("product_id", flat=True)))
        for begin in range(0, len(left), courtesies.BATCH):
            courtesies.withdraw_all(left[begin : begin + courtesies.BATCH], actor=None, reason=reason)
