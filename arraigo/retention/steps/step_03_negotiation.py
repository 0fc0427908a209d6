"""Step 3 (asesor comercial): compensation or waiver of the month, and the Xpress solution."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.engine.models import WorkItem
from arraigo.money import CENTAVO, AmountField
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import amounts, credit_form, faults, options, queries
from arraigo.retention.credit_form import Credit, CreditForm
from arraigo.retention.models import Offer, RepeatFaultVerdict, RetentionCase
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepResult, StepRun, step


def affected(case: RetentionCase, verdicts: Iterable[RepeatFaultVerdict] | None = None) -> list[Product]:
    """The products with a repeat fault; all of the case's where a control found the recurrence.

    `verdicts` of the case, where the caller has read them; one may come several times.
    """
    found = queries.product_verdicts(case) if verdicts is None else verdicts
    repeated = (verdict.product for verdict in found if verdict.repeat_fault)
    products = [product for product in dict.fromkeys(repeated) if product.is_alive]
    return products or queries.affected_products(case)


class NegotiationForm(CreditForm):
    """One kind of credit for each affected product, and the customer's answer to the whole."""

    sources = {"kind": ("3.1",), "amount": ("3.1",), "answer": ("3",)}

    def creditable(self) -> list[Product]:
        return affected(self.case)

    def credit_fields(self) -> list[str]:
        return [f"{part}_{product.pk}" for product in self.products for part in ("kind", "amount")]

    @cached_property
    def charged(self) -> dict[int, Decimal]:
        """What the month's bill charges for each product and for those of its bundle, in Bs, by its id."""
        return billing.charges(itertools.chain(self.products, *self.bundles.values()), self.month)

    def add_product(self, product: Product) -> None:
        charged, most = self.charged[product.pk], self.month_worth(product)
        waived = self._waived() % {"amount": amounts.told(charged), "month": date_format(self.month, "F Y")}
        kinds: list[tuple[str, Any]] = [(Offer.Kind.COMPENSATION, _("Compensation of part of the month"))]
        if charged or not most:
            kinds.insert(0, (Offer.Kind.BILL_WAIVER, waived))
        self.fields[f"kind_{product.pk}"] = forms.ChoiceField(
            label=_("Offer for %(product)s") % {"product": product},
            help_text=self._help(only_compensated=len(kinds) == 1),
            choices=kinds,
            initial=kinds[0][0],
            widget=forms.RadioSelect,
        )
        self.fields[f"amount_{product.pk}"] = AmountField(
            label=_("Compensation in Bs"),
            help_text=_("Only for a compensation: at most Bs %(amount)s.") % {"amount": amounts.told(most)},
            required=False,
            initial=lambda: self.by_days[product.pk].amount or None,
            min_value=CENTAVO,
            max_value=most,
        )

    def month_worth(self, product: Product) -> Decimal:
        """What the bill charges for it; its share where the bill charges a bundle on another of its products."""
        return self.charged[product.pk] or self.shares[product.pk]

    def _help(self, *, only_compensated: bool) -> str:
        if only_compensated:
            return str(_("The bill charges it with its bundle: only a compensation is possible, up to its share."))
        return str(_("One of the two for the affected service, never both."))

    def _waived(self) -> str:
        if self.month == clock.month_of(clock.now()):
            return str(_("This month's bill is waived (Bs %(amount)s)"))
        return str(_("The bill of %(month)s is waived (Bs %(amount)s): this month is credited already"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for product in self.products:
            compensated = cleaned.get(f"kind_{product.pk}") == Offer.Kind.COMPENSATION
            if compensated and cleaned.get(f"amount_{product.pk}", ...) is None:
                self.add_error(f"amount_{product.pk}", _("Write how many Bs are compensated."))
            if cleaned.get("answer") == Offer.Answer.ACCEPTED:
                self.refuse_stacking(f"kind_{product.pk}", product)
        self.refuse_more_than_the_bundle()
        return cleaned

    def asked(self) -> list[tuple[amounts.DaysAffected, str, forms.BoundField, forms.BoundField]]:
        """Of each product how its compensation is computed, what else its waiver covers, and its fields: the kind of
        credit and the amount."""
        return [
            (self.by_days[each.pk], self.covers(each), self[f"kind_{each.pk}"], self[f"amount_{each.pk}"])
            for each in self.products
        ]

    def covers(self, product: Product) -> str:
        """What the waiver of `product` covers, in a sentence, where the bill charges others of its bundle with it."""
        others = ", ".join(str(each) for each in self.bundles[product.pk] if not self.charged[each.pk])
        if not others or not self.charged[product.pk]:
            return ""
        told = {"product": product, "others": others, "share": amounts.told(self.shares[product.pk])}
        sentence = _("The bill charges the bundle here: the waiver covers %(others)s too. The share of "
                     "%(product)s alone is Bs %(share)s.")  # fmt: skip
        return str(sentence % told)

    def credited(self) -> list[Credit]:
        kinds = {each.pk: self.cleaned_data[f"kind_{each.pk}"] for each in self.products}
        return [Credit(kinds[each.pk], each, self.amount(each), self.month_worth(each)) for each in self.products]

    def read_back(self) -> ReadBack:
        """The credits, and the visit that comes with them."""
        found = super().read_back()
        if not found.sentences:
            return found
        told = {"hours": self.policy.integer("visit.hours"), "products": ", ".join(map(str, self.every))}
        visit = _("A technician visits you within %(hours)s hours and solves the faults of %(products)s.") % told
        return replace(found, sentences=(*found.sentences, str(visit)))

    def amount(self, product: Product) -> Decimal:
        """What the product is offered, in Bs."""
        if self.cleaned_data[f"kind_{product.pk}"] == Offer.Kind.BILL_WAIVER:
            return self.charged[product.pk]
        amount: Decimal = self.cleaned_data[f"amount_{product.pk}"]
        return amount


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    products = affected(case)
    return {
        "verdicts": faults.in_case(case, products, policy),
        "month": amounts.credit_month(products, case, item.element),
        "visit_hours": policy.integer("visit.hours"),
        "options": options.panel(case, item, policy),
        "offers": options.so_far(case),
    }


@step(
    "step_03",
    "step_03_recurrence",
    title=_("3. Negotiate with the customer"),
    sources=("3", "3.1"),
    form=NegotiationForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the offers and the answer. Facts: answer, refusals, the amount that asks for the most (Bs)."""
    return credit_form.record(run)
