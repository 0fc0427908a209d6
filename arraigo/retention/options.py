"""What may be offered at this point of the conversation, what may follow, and why the rest may not.

The answers are those of the decision tables and of the records, never of this file: the table `offers` for the
reason, `further_offer` for what may still follow, `authority` for who grants it, the bills for what is left of
a month, the policy's terms for the courtesies.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arraigo.billing import queries as billing
from arraigo.engine.models import WorkItem
from arraigo.money import ZERO
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import amounts, courtesies, faults, firm_no, queries
from arraigo.retention.models import Offer, RetentionCase
from arraigo.retention.readback import granted

NOW, LATER, NO = "now", "later", "no"
KIND_OF = {"step_12": "compensation", "step_14": "courtesy", "transfer": "transfer"}
"""What a step offers, as the table `offers` calls it."""
NEGOTIATIONS = ("step_03", "step_03_recurrence")


@dataclass(frozen=True)
class Option:
    """One thing that could be offered. Amounts in Bs."""

    name: str
    step: str
    """The document's number: 3, 12, 14."""
    state: str
    """`now`, `later` (if what is offered now is refused) or `no`."""
    because: str
    product: Product | None = None
    value: Decimal | None = None
    """What it is worth to the customer."""
    cost: Decimal | None = None
    """What it costs the operator."""
    ends: dt.date | dt.datetime | None = None
    authority: str = ""
    """Who grants it; empty where nobody need."""
    left: Decimal | None = None
    """What is left of the advisor's authority on the product and month after it."""


def panel(case: RetentionCase, item: WorkItem, policy: Policy, *, reason: str = "", demand: str = "") -> list[Option]:
    """What may be offered now first, then what may follow, then what may not be and why.

    `reason` and `demand` are those that the advisor has chosen on the page, where the case has others or none yet.
    """
    found = list(_Panel(case, item, policy, reason or case.reason, demand).options())
    if firm_no.time_is_over(case, policy):
        over = _("The time after the firm no is over: nothing more is offered. What the customer asks for is taken.")
        found = [each if each.state == NO else Option(each.name, each.step, NO, over, each.product) for each in found]
    return sorted(found, key=lambda option: (NOW, LATER, NO).index(option.state))


class _Panel:
    def __init__(self, case: RetentionCase, item: WorkItem, policy: Policy, reason: str, demand: str) -> None:
        self.case, self.item, self.policy = case, item, policy
        self.reason, self.demand = reason, demand
        self.facts: dict[str, Any] = item.instance.facts
        self.products = queries.alive_products(case)
        self.month = amounts.credit_month(self.products, case, item.element)
        self.prices = billing.charges(self.products, self.month)
        self.claims = billing.live_claims(self.products, self.month)

    @cached_property
    def verdicts(self) -> list[faults.Verdict]:
        return faults.in_case(self.case, self.products, self.policy)

    def options(self) -> Iterator[Option]:
        for verdict in self.verdicts:
            yield from self._negotiation(verdict)
        yield from self._compensations()
        yield from self._courtesies()
        state, because = self._may("transfer")
        yield Option(_("Transfer of the service"), "11", state, because)

    # --- step 3: waiver or compensation, with the visit

    def _negotiation(self, verdict: faults.Verdict) -> Iterator[Option]:
        """One or the other (3.1): the waiver of what the bill charges, or what the days affected are worth."""
        state, because = self._may_negotiate(verdict)
        product, charged, share = verdict.product, self.prices[verdict.product.pk], self._compensable(verdict.product)
        waiver = _("Waiver of the month, with the Xpress visit")
        if charged or not share:
            yield self._credit(waiver, "3", state, because, product, charged, charged)
        elif state != NO:
            alone = _("The bill charges it with its bundle: only a compensation is possible, up to its share.")
            yield Option(waiver, "3", NO, alone, product)
        if state == NO:
            return
        worth = charged or share
        found = self._by_days(verdict, min(worth, share))
        name = ngettext(
            "Compensation of %(days)s day, with the Xpress visit",
            "Compensation of %(days)s days, with the Xpress visit",
            found.counted,
        ) % {"days": found.counted}
        if not found.days:
            name = _("Compensation by the day, with the Xpress visit")
        yield self._credit(name, "3", state, because, product, found.amount or found.day, worth)

    @cached_property
    def _credited_until(self) -> dict[int, dt.date]:
        return billing.credited_until(self.products)

    def _by_days(self, verdict: faults.Verdict, price: Decimal) -> amounts.DaysAffected:
        until = self._credited_until.get(verdict.product.pk)
        return amounts.by_days(verdict.history, self.month, price=price, credited_until=until)

    def _may_negotiate(self, verdict: faults.Verdict) -> tuple[str, str]:
        if not verdict.repeat_fault:
            return NO, verdict.because
        if self.item.element in NEGOTIATIONS:
            return NOW, verdict.because
        if self.facts.get("refusals"):
            return NO, _("It was offered at step 3 and not accepted.")
        return NO, _("The case did not go through step 3.")

    # --- step 12

    def _compensations(self) -> Iterator[Option]:
        state, because = self._may("compensation")
        for verdict in self.verdicts:
            product, price = verdict.product, self._compensable(verdict.product)
            found = self._by_days(verdict, price)
            name = ngettext("Compensation of %(days)s day", "Compensation of %(days)s days", found.counted)
            name = name % {"days": found.counted} if found.days else _("Compensation by the day")
            yield self._credit(name, "12", state, because, product, found.amount or found.day, price)

    def _compensable(self, product: Product) -> Decimal:
        return amounts.compensable(product, self.month) if product.bundle else self.prices[product.pk]

    def _credit(
        self, name: str, step: str, state: str, because: str, product: Product, amount: Decimal, price: Decimal
    ) -> Option:
        """A credit of `amount` on a month of `product` that is worth `price`, both in Bs."""
        claim = self.claims.get(product.pk)
        if state != NO and claim is not None:
            state, because = NO, _("This month is credited already (%(claim)s).") % {"claim": claim}
        elif state != NO and not price:
            state, because = NO, _("It costs nothing this month: there is nothing to credit.")
        if state == NO:
            return Option(name, step, state, because, product)
        vip = bool(self.facts.get("vip"))
        authority, _because = granted(self.policy, vip=vip, amount=amount, product_month=price)
        alone = amounts.advisor_alone(product, self.month, vip=vip, policy=self.policy, price=price)
        left = max(alone - amount, ZERO)
        return Option(name, step, state, because, product, amount, amount, self.month, authority, left)

    # --- step 14

    def _courtesies(self) -> Iterator[Option]:
        state, because = self._may("courtesy")
        fits = courtesies.allowed(self.products, self.policy, case_number=self.case.number)
        for each in fits:
            if state == NO:
                yield Option(each.name, "14", NO, because, each.product)
            else:
                yield Option(each.name, "14", state, because, each.product, each.value, each.cost, each.ends_at)
        for name, reason in courtesies.refusals(self.products, self.policy, case_number=self.case.number):
            yield Option(name, "14", NO, reason)

    # --- the tables

    def _may(self, kind: str) -> tuple[str, str]:
        """Whether `kind` may be offered now, later or not, and the sentence of the rule that says so."""
        asked = self.policy.decide("offers", {"reason": self.reason, "demand": kind})
        fits = asked.outputs["path"] == kind
        # That the case would end in the baja is true of who asks for it, not of the other offers.
        because = _("It is not offered for this reason.") if asked.outputs["path"] == "termination" else asked.because
        if KIND_OF.get(self.item.element) == kind:
            return NOW, because if fits else _("It is the one further offer that is still possible.")
        if self.facts.get(f"offered_{kind}"):
            return NO, _("It was offered in this case already.")
        if self.item.element == "step_11":
            return self._may_be_asked_for(kind, because, fits=fits)
        return self._may_follow(kind, because, fits=fits)

    def _may_be_asked_for(self, kind: str, because: str, *, fits: bool) -> tuple[str, str]:
        """At step 11: now what the customer's demand leads to, afterwards what another demand would lead to."""
        if not fits:
            return NO, because
        taken = self.policy.decide("offers", {"reason": self.reason, "demand": self.demand or kind})
        if taken.outputs["path"] == kind:
            return NOW, because
        return LATER, _("Only if the customer asks for it instead.")

    def _may_follow(self, kind: str, because: str, *, fits: bool) -> tuple[str, str]:
        """Whether `kind` may still be offered where the customer refuses what is offered now."""
        mine = KIND_OF.get(self.item.element, "")
        if kind == "transfer" or mine == "transfer" or (not mine and not fits):
            return NO, because
        refused = {
            "refusals": self.facts.get("refusals", 0) + 1,
            **firm_no.facts(self.case, self.facts, said_now=False),
            "offered_compensation": bool(self.facts.get("offered_compensation")) or mine == "compensation",
            "offered_courtesy": bool(self.facts.get("offered_courtesy")) or mine == "courtesy",
        }
        decision = self.policy.decide("further_offer", refused)
        if decision.outputs["further_offer"]:
            return LATER, _("Only if the customer does not accept what is offered now.")
        return NO, decision.because


def so_far(case: RetentionCase) -> Sequence[Offer]:
    """The offers of the case and their answers, in order."""
    return list(case.offers.select_related("product__offering", "approved_by", "courtesy", "claim").order_by("id"))
