"""Readings before and after the work, checked against the order whose visit took them (step 7)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from arraigo.fieldwork.errors import MeasurementElsewhere, MeasurementNotANumber, MeasurementTwice
from arraigo.fieldwork.models import Measurement, Visit
from arraigo.orders.models import WorkOrder

LIMIT = Decimal(10) ** 8
"""The database keeps eight digits and two decimals."""


def measurements(visit: Visit, order: WorkOrder, given: Iterable[Mapping[str, Any]]) -> list[Measurement]:
    """Unsaved measurements of `visit`, from mappings with `product` (a Product), `name`, `unit`,
    `before`, `after` (numbers or None) and optionally `working`.

    Raises MeasurementElsewhere, MeasurementTwice, MeasurementNotANumber.
    """
    taken: dict[tuple[int, str], Measurement] = {}
    affected = set(order.products.values_list("pk", flat=True)) if given else set()
    for reading in given:
        product, name = reading["product"], reading["name"]
        if product.pk not in affected:
            raise MeasurementElsewhere(product.number, order.number)
        if (product.pk, name) in taken:
            raise MeasurementTwice(name, product.number)
        taken[product.pk, name] = Measurement(
            visit=visit,
            product=product,
            name=name,
            unit=reading["unit"],
            before=_number(reading.get("before"), name),
            after=_number(reading.get("after"), name),
            working=reading.get("working", True),
        )
    return list(taken.values())


def _number(value: Any, name: str) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
        if abs(number) < LIMIT and number == round(number, 2):
            return number
    except InvalidOperation:
        pass
    raise MeasurementNotANumber(str(value)[:40], name)
