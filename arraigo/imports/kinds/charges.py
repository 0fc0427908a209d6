"""The charges of a bill's row, and the products that they are for."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from arraigo.billing.models import Bill, BillLine
from arraigo.imports import hands, references
from arraigo.imports.kinds.bill_row import BillRow
from arraigo.imports.landing import Parsed, Setting, Tally
from arraigo.products.models import Product

Month = tuple[int, dt.date]
"""Key of a customer, and the first day of a month."""
Charged = tuple[int, str]
"""Line of a bill's row in its file, and the word for a product that it charges."""


def products_of(
    batch: Sequence[Parsed[BillRow]], customers: Mapping[str, int], setting: Setting
) -> dict[Charged, int]:  # fmt: skip
    """The products that the rows charge, as far as they are, or were, their customers'."""
    lines = [(each, line) for each in batch for line in each.row.lines if line.product]
    named = {
        (each.raw.line, line.product): hands.Named(customers[each.row.customer], line.product, line.product_customer)
        for each, line in lines
    }
    months = {each.raw.line: (customers[each.row.customer], each.row.month) for each in batch}
    return hands.products_of(named, setting, lambda keys: _linked(keys, months)) if named else {}


def _linked(keys: set[Charged], months: Mapping[int, Month]) -> set[tuple[Charged, int]]:
    """The products that the bills of the same customers and months charge already."""
    told = {months[row] for row, _word in keys}
    rows = BillLine.objects.filter(bill__customer__in={c for c, _m in told}, bill__month__in={m for _c, m in told})
    charged: dict[Month, list[int]] = {}
    for customer, month, product in rows.exclude(product=None).values_list("bill__customer", "bill__month", "product"):
        charged.setdefault((customer, month), []).append(product)
    return {(key, product) for key in keys for product in charged.get(months[key[0]], ())}


def lines_known(each: Parsed[BillRow], products: Mapping[Charged, int], tally: Tally) -> bool:
    """Whether the products of a row are known; it is rejected where one is not."""
    for line in each.row.lines:
        if line.product and (each.raw.line, line.product) not in products:
            reason = _("customer %(customer)s has no product “%(product)s”") % {
                "customer": each.row.customer, "product": line.product,
            }  # fmt: skip
            tally.reject(each.raw.line, [("lines", line.product, reason)])
            return False
    return True


def told_product(bill: Bill, product: Product) -> dict[str, str]:
    """How a line of `bill` tells of its product."""
    holder = references.holder_of(bill, product)
    return {"product": references.word_for(bill, product), **({"product_customer": holder} if holder else {})}
