"""The form of an offer of credits, one for each affected product, each on one month (steps 3 and 12)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from arraigo.billing import queries as billing
from arraigo.billing.models import BillingClaim
from arraigo.money import ZERO
from arraigo.products.models import Product
from arraigo.products.queries import bundle_of
from arraigo.retention import amounts, answers, promises, readback
from arraigo.retention.answers import AnswerForm
from arraigo.retention.models import Offer
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepResult, StepRun


@dataclass(frozen=True)
class Credit:
    """What is offered on one product. Amounts in Bs."""

    kind: str
    product: Product
    amount: Decimal
    product_month: Decimal
    """What the month of the product is worth to the table `authority`."""
    days: int | None = None
    """The days affected that a pro rata compensation is for."""


class CreditForm(AnswerForm):
    """An answer about credits on a month of some products: at most one such credit each (3.1).

    The page says which month it credits: what was opened before the month's end is not sent on another's bill.
    """

    every: Sequence[Product]
    """The products of the case that the step may credit, be the month credited already or not."""
    products: Sequence[Product]
    """Those that the form asks about: where some can be credited and some not, the others are left out."""
    month: dt.date
    month_shown = forms.CharField(label=_("Credited month"), required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.products = self.every = list(self.creditable())
        self.month = amounts.credit_month(self.products, self.case, self.item.element)
        self.products = [each for each in self.every if not self.why_not(each) or self._met(each)] or self.every
        self.fields["month_shown"].initial = self.month.isoformat()
        for product in self.products:
            self.add_product(product)
        self.order_fields([*self.credit_fields(), "answer"])

    def _met(self, product: Product) -> bool:
        """Whether the page still asked about `product`, which was credited meanwhile: its field says so then."""
        told = [name for name in self.data if name.endswith(f"_{product.pk}") and self.data[name]]
        return bool(told) and product.pk in self._claims

    def creditable(self) -> Sequence[Product]:
        """The products of the case that the step may credit."""
        raise NotImplementedError

    def add_product(self, product: Product) -> None:
        """Add the fields that ask what `product` is credited."""
        raise NotImplementedError

    def credit_fields(self) -> list[str]:
        """The names of those fields, in their order on the page."""
        raise NotImplementedError

    def credited(self) -> list[Credit]:
        """What the clean form offers, product by product."""
        raise NotImplementedError

    # --- what the month is worth, looked up once for all products

    @cached_property
    def bundles(self) -> dict[int, list[Product]]:
        """The living products of the bundle of each product, itself the first, by its id."""
        return {each.pk: bundle_of(each) for each in self.products}

    @cached_property
    def shares(self) -> dict[int, Decimal]:
        """What the month of each product is worth for a compensation, in Bs, by its id."""
        return amounts.compensables(self.products, self.month, self.bundles)

    @cached_property
    def by_days(self) -> dict[int, amounts.DaysAffected]:
        """What the days affected of each product are worth: a part of its share, where a bundle's bill charges more.

        Looked up where the form is shown, not where it is sent.
        """
        prices = {each.pk: min(self.month_worth(each), self.shares[each.pk]) for each in self.products}
        return amounts.by_days_of(self.products, self.month, prices=prices, policy=self.policy)

    @cached_property
    def _claims(self) -> dict[int, BillingClaim]:
        return billing.live_claims(self.products, self.month)

    def month_worth(self, product: Product) -> Decimal:
        """What the month of `product` is worth to the table `authority`, in Bs."""
        return self.shares[product.pk]

    # --- what is refused

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self._refuse_another_month(cleaned.get("month_shown", ""))
        return cleaned

    def _refuse_another_month(self, shown: str) -> None:
        """Say that the month is no longer the one `shown` on the page; the page then shows the present one."""
        month = self.month.isoformat()
        if shown in ("", month):
            return
        told = {"month": date_format(self.month, "F Y")}
        sentence = _("The month changed since this page was opened: the credit is now on the bill of %(month)s. "
                     "Look the amounts over and complete the step again.")  # fmt: skip
        self.add_error("month_shown", sentence % told)
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["month_shown"] = month  # type: ignore[index]

    def why_not(self, product: Product) -> str:
        """Why nothing can be credited on the month of `product`; nothing where it can."""
        told = {"product": product, "claim": self._claims.get(product.pk)}
        if told["claim"]:
            return str(_("This month of %(product)s is credited already (%(claim)s).") % told)
        if not self.shares[product.pk]:
            return str(_("%(product)s costs nothing this month: there is nothing to credit.") % told)
        return ""

    @property
    def not_credited(self) -> list[str]:
        """What the advisor has to know before anything is offered: which products cannot be credited, and why."""
        return [why for each in self.every if (why := self.why_not(each))]

    @property
    def nothing_left(self) -> bool:
        """Whether none of the products can be credited."""
        return len(self.not_credited) == len(self.every)

    def refuse_stacking(self, field: str, product: Product) -> None:
        """Say in `field` why nothing can be credited on the month of `product`, where that is so."""
        if why := self.why_not(product):
            self.add_error(field, why)

    def refuse_more_than_the_bundle(self) -> None:
        """Refuse, at its amount, the credit that would bring a bundle above what its month is billed."""
        if self.errors or self.cleaned_data.get("answer") != Offer.Answer.ACCEPTED:
            return
        left: dict[str, Decimal] = {}
        for each in self.credited():
            bundle = self.bundles[each.product.pk]
            if len(bundle) == 1:
                continue
            name = each.product.bundle
            rest = left[name] if name in left else self._left_of(bundle)
            if each.amount > rest:
                told = {"product": each.product, "left": amounts.told(rest)}
                sentence = _("Of the month of %(product)s and the others of its bundle Bs %(left)s are left to credit.")
                self.add_error(f"amount_{each.product.pk}", sentence % told)
            left[name] = rest - each.amount

    def _left_of(self, bundle: Sequence[Product]) -> Decimal:
        """What the month charges for the products of a bundle, less what of it is claimed already; in Bs."""
        claimed = billing.live_claims(bundle, self.month).values()
        charged = sum(billing.charges(bundle, self.month).values(), ZERO)
        return charged - sum((claim.amount for claim in claimed), ZERO)

    # --- what is promised, and on whose authority

    def decisive(self) -> tuple[Credit, str, str]:
        """The credit that asks for the highest authority, which one that is and the rule's sentence.

        The authority is one over each product and month: whoever may grant this one may grant the others.
        """
        vip = bool(self.item.instance.facts.get("vip"))
        asked = [
            (each, *readback.granted(self.policy, vip=vip, amount=each.amount, product_month=each.product_month))
            for each in self.credited()
        ]
        return max(asked, key=lambda each: (readback.rank(each[1]), each[0].amount))

    def read_back(self) -> ReadBack:
        """The credits as they would be promised, and whose authority they need."""
        if not self.is_bound or self.errors or self.cleaned_data.get("answer") != Offer.Answer.ACCEPTED:
            return ReadBack()
        said = tuple(
            promises.sentence(each.kind, {"product": each.product, "month": self.month, "amount": each.amount})
            for each in self.credited()
        )
        _credit, authority, because = self.decisive()
        return ReadBack(said, authority, because)


def record(run: StepRun) -> StepResult:
    """Record one offer for each credit of the form. Facts: answer, refusals, the amount that asks for the most (Bs)."""
    form: CreditForm = run.form  # type: ignore[assignment]
    offers = Offer.objects.bulk_create(
        answers.offer(run, kind=each.kind, product=each.product, month=form.month, days=each.days, amount=each.amount)
        for each in form.credited()
    )
    decisive, _authority, _because = form.decisive()
    return answers.result(run, offers, amount=decisive.amount, product_month=decisive.product_month)
