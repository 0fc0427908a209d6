"""Step 12 (asesor comercial): offers compensation of services, for one affected product or several."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.money import CENTAVO, ZERO, AmountField
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import amounts, credit_form, options
from arraigo.retention.credit_form import Credit, CreditForm
from arraigo.retention.models import Offer, RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.retention.registry import StepResult, StepRun, step


class CompensationForm(CreditForm):
    """Days and amount of each product, and the customer's answer to the whole.

    Of several products, one without days is not compensated. Who refuses may do so before any day is named.
    """

    sources = {"days": ("12",), "amount": ("12",)}

    def creditable(self) -> list[Product]:
        return alive_products(self.case)

    def credit_fields(self) -> list[str]:
        return [f"{part}_{product.pk}" for product in self.products for part in ("days", "amount")]

    def add_product(self, product: Product) -> None:
        self.fields[f"days_{product.pk}"] = forms.IntegerField(
            label=_("Days affected of %(product)s") % {"product": product},
            required=False,
            initial=lambda: self._proposed.get(product.pk),
            min_value=1,
            max_value=31,
            error_messages={
                "min_value": _("At least %(limit_value)s day."),
                "max_value": _("At most %(limit_value)s days."),
            },
        )
        self.fields[f"amount_{product.pk}"] = AmountField(
            label=_("Amount in Bs for %(product)s") % {"product": product}, required=False, min_value=CENTAVO
        )

    @property
    def several(self) -> bool:
        return len(self.products) > 1

    @cached_property
    def _proposed(self) -> dict[int, int]:
        """The days that the tickets of each product show; none is made up where they show none."""
        return {pk: found.counted for pk, found in self.by_days.items() if found.days}

    @property
    def shows_none(self) -> bool:
        """Whether the tickets show no day of any product: then the advisor asks the customer which they were."""
        return not self._proposed

    def asked(self) -> list[tuple[Product, forms.BoundField, forms.BoundField]]:
        """Each product with its fields: the days and the amount."""
        return [(each, self[f"days_{each.pk}"], self[f"amount_{each.pk}"]) for each in self.products]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = self.credit_fields()
        named = any(cleaned.get(name) or name in self.errors for name in names)
        if not named and cleaned.get("answer") != Offer.Answer.REFUSED:
            several, one = _("Write the days of at least one product."), _("Write for how many days you compensate.")
            self.add_error(names[0], several if self.several else one)
        for product in self.products:
            self._clean_product(product, cleaned)
        self.refuse_more_than_the_bundle()
        return cleaned

    def _clean_product(self, product: Product, cleaned: dict[str, Any]) -> None:
        """Fill in the pro rata amount where none is typed; refuse what is above the cap or credited already."""
        days_field, amount_field = f"days_{product.pk}", f"amount_{product.pk}"
        days, amount = cleaned.get(days_field), cleaned.get(amount_field)
        if not days:
            if amount and days_field not in self.errors:
                self.add_error(days_field, _("Write for how many days the amount is."))
            return
        price = self.shares[product.pk]
        try:
            cleaned[amount_field] = amount or amounts.compensation(product, self.month, days, price=price)
        except ValueError:
            self.add_error(days_field, _("This month does not have that many days."))
            return
        cap = amounts.cap(product, self.month, category=self.case.customer.category, policy=self.policy, price=price)
        if cleaned[amount_field] > cap:
            told = {"cap": amounts.told(cap), "product": product}
            self.add_error(amount_field, _("At most Bs %(cap)s may be compensated on %(product)s.") % told)
        if cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self.refuse_stacking(days_field, product)
            if price and cleaned.get(amount_field) == ZERO:
                said = _("These days are worth less than a centavo: write more days, or an amount.")
                self.add_error(amount_field, said)

    @property
    def worths(self) -> list[str]:
        """What the days typed so far are worth, for the advisor to say before the customer answers."""
        named = {each: self.cleaned_data.get(f"days_{each.pk}") for each in self.products} if self.is_bound else {}
        return [
            f"{product}: {amounts.days_worth(product, self.month, days, price=self.shares[product.pk])}"
            for product, days in named.items()
            if days and f"days_{product.pk}" not in self.errors
        ]

    def credited(self) -> list[Credit]:
        named = [self._credit(product) for product in self.products if self.cleaned_data[f"days_{product.pk}"]]
        return named or [self._unnamed()]

    def _unnamed(self) -> Credit:
        """A compensation that was refused before its days were named: for no product more than for another."""
        product = self.products[0]
        return Credit(Offer.Kind.COMPENSATION, product, ZERO, self.month_worth(product))

    def _credit(self, product: Product) -> Credit:
        days, amount = (self.cleaned_data[f"{part}_{product.pk}"] for part in ("days", "amount"))
        return Credit(Offer.Kind.COMPENSATION, product, amount, self.month_worth(product), days)


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    month, products = clock.month_of(clock.now()), alive_products(case)
    prices = amounts.compensables(products, month)
    affected = amounts.by_days_of(products, month, prices=prices, policy=policy)
    vip, category = bool(item.instance.facts.get("vip")), case.customer.category
    rows = [
        {
            "product": product,
            "affected": affected[product.pk],
            "price": (price := prices[product.pk]),
            "cap": amounts.cap(product, month, category=category, policy=policy, price=price),
            "advisor": amounts.advisor_alone(product, month, vip=vip, policy=policy, price=price),
        }
        for product in products
    ]
    return {
        "rows": rows,
        "month": month,
        "authority": policy.value("authority"),
        "options": options.panel(case, item, policy),
        "offers": options.so_far(case),
    }


@step(
    "step_12",
    title=_("12. Offer compensation"),
    sources=("12",),
    form=CompensationForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the offers and the answer. Facts as in step 3."""
    return credit_form.record(run)
