"""Policy values that the program can only honour in some ways: any other is refused before it is published.

What stands here is guarded by the database or built into how a step works. A policy that said otherwise
would promise what nobody does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine.problems import Problem
from arraigo.procedure.policy import members

TREATMENT = {"unbilled": "adjustment", "issued": "credit_note", "paid": "credit_next_bill"}


def _one_of(*values: Any) -> Callable[[Any], bool]:
    return lambda value: any(value == each and type(value) is type(each) for each in values)


def _these(*values: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and sorted(map(str, value)) == sorted(values)


def _among(*values: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and set(map(str, value)) <= set(values)


def _fractions(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_fraction(each) for each in value)


def _is_fraction(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1


HONOURED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "repeat_fault.rule": (_one_of("open", "open_or_disputed", "recurred"), "open, open_or_disputed, recurred"),
    "repeat_fault.not_counted": (_these("rejected", "cancelled"), "rejected + cancelled"),
    "repeat_fault.outage_counts_once": (_one_of(True), "true"),
    "compensation.basis": (_one_of("pro_rata"), "pro_rata"),
    "compensation.bundles": (_one_of("list_price"), "list_price"),
    "waiver.one_per_product_and_month": (_one_of(True), "true"),
    "billing.confirmation": (_one_of("none", "above", "always"), "none, above, always"),
    "billing.treatment": (_one_of(TREATMENT), ", ".join(f"{state} = {form}" for state, form in TREATMENT.items())),
    "work_order.kind": (_one_of("engineering_service"), "engineering_service"),
    "work_order.sold_on": (_one_of("internet"), "internet"),
    "visit.pause_reasons": (_among("absent", "later"), "absent, later"),
    "visit.escalation_fractions": (_fractions, "0 < x ≤ 1"),
    "control.reopen_priority": (_one_of(True, False), "true, false"),
    "courtesy_limit.per_case": (_one_of(1), "1"),
    "courtesy_limit.per_product": (_one_of(1), "1"),
    "indicator.counts": (_one_of("requested", "executed"), "requested, executed"),
    "indicator.period": (_one_of("month"), "month"),
}
"""Path → whether a value can be honoured, and the values that can, for people."""


def check_policy(values: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each value that is there and cannot be honoured."""
    for path, (fits, allowed) in HONOURED.items():
        group, name = path.split(".")
        value = members(values, group).get(name, _MISSING)
        if value is not _MISSING and not fits(value):
            sentence = _(
                "The policy value “%(path)s” is “%(value)s”, which Arraigo cannot carry out: write %(allowed)s."
            )
            yield Problem(path, sentence % {"path": path, "value": value, "allowed": allowed})


_MISSING = object()
