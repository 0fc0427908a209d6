"""Repeated faults of the affected products, judged by the policy's table `repeat_fault` (step 2)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from arraigo import clock
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import queries
from arraigo.retention.models import RepeatFaultVerdict, RetentionCase
from arraigo.tickets import queries as tickets
from arraigo.tickets.queries import FaultHistory


@dataclass(frozen=True)
class Verdict:
    """Repeat fault of one product: yes or no, because of which tickets and which rule."""

    product: Product
    history: FaultHistory
    repeat_fault: bool
    because: str
    rule: str
    """Id of the rule of the table that fired; `rule_text` says it in words."""
    rule_text: str
    confirmed_at: dt.datetime | None = None
    """When step 2 found otherwise than the faults say today; None where it did not."""

    @property
    def waits_for_word(self) -> bool:
        """No fault is open, and yet it is a repeated one: until the customer confirms the solution."""
        return self.repeat_fault and not self.history.open_faults


def histories(products: Iterable[Product], policy: Policy) -> dict[int, FaultHistory]:
    """The fault history of each product as of now, by its id."""
    return tickets.fault_history(
        [product.pk for product in products],
        as_of=clock.now(),
        window_hours=policy.integer("repeat_fault.window_hours"),
        count=policy.integer("repeat_fault.count"),
    )


def verdicts(products: Iterable[Product], policy: Policy) -> list[Verdict]:
    """The verdict on each product as of now, repeat faults first (step 2, I.f)."""
    by_id = {product.pk: product for product in products}
    found = [verdict(by_id[pk], history, policy) for pk, history in histories(by_id.values(), policy).items()]
    return sorted(found, key=lambda each: (not each.repeat_fault, -each.history.fault_count, each.product.pk))


def in_case(case: RetentionCase, products: Iterable[Product], policy: Policy) -> list[Verdict]:
    """The verdicts that hold in the case: what step 2 confirmed, though the faults have aged or come since.

    Where it confirmed no repeated fault (or was not done yet, or a control found the recurrence later), those as of
    now.
    """
    confirmed = {each.product_id: each for each in queries.product_verdicts(case)}
    found = verdicts(products, policy)
    if not any(each.repeat_fault for each in confirmed.values()):
        return found
    return [_as_confirmed(each, confirmed.get(each.product.pk)) for each in found]


def _as_confirmed(found: Verdict, confirmed: RepeatFaultVerdict | None) -> Verdict:
    if confirmed is None or confirmed.repeat_fault == found.repeat_fault:
        return found
    return replace(
        found,
        repeat_fault=confirmed.repeat_fault,
        because=confirmed.because,
        rule=confirmed.rule,
        rule_text="",
        confirmed_at=confirmed.at,
    )


def verdict(product: Product, history: FaultHistory, policy: Policy) -> Verdict:
    """Ask the table about one product's history."""
    decision = policy.decide("repeat_fault", history.facts())
    repeated = bool(decision.outputs["repeat_fault"])
    return Verdict(product, history, repeated, decision.because, decision.rule, decision.rule_text)
