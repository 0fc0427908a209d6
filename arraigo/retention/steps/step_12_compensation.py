"""Step 12 (asesor comercial): offers compensation of services."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.money import CENTAVO
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import amounts, answers, faults, options
from arraigo.retention.models import Offer, RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.retention.registry import StepResult, StepRun, step


def by_days(products: list[Product], month: dt.date, policy: Policy) -> dict[int, amounts.DaysAffected]:
    """What the days affected of each product are worth on the bill of `month`, by its id."""
    prices = {product.pk: amounts.compensable(product, month) for product in products}
    return amounts.by_days_of(products, month, prices=prices, policy=policy)


class CompensationForm(answers.CreditForm):
    sources = {"days": ("12",), "amount": ("12",)}
    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.none(), empty_label=None)
    days = forms.IntegerField(
        label=_("Days affected"),
        help_text=_("Days without good service, last month's too; the amount is pro rata of the month's price."),
        min_value=1,
        max_value=31,
    )
    amount = forms.DecimalField(
        label=_("Amount in Bs"),
        help_text=_("Leave empty to take the pro rata amount."),
        required=False,
        min_value=CENTAVO,
        decimal_places=2,
        localize=True,
    )
    field_order = ("product", "days", "amount", "answer", "firm_no")

    def prepare(self) -> None:
        self.month = clock.month_of(clock.now())
        products = alive_products(self.case)
        choice: Any = self.fields["product"]
        choice.queryset = Product.objects.filter(pk__in=[p.pk for p in products]).select_related("offering")
        if products and not self.is_bound:
            worst = faults.verdicts(products, self.policy)[0].product
            choice.initial = worst.pk
            self.fields["days"].initial = by_days([worst], self.month, self.policy)[worst.pk].counted

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        product, days = cleaned.get("product"), cleaned.get("days")
        if not product or not days:
            return cleaned
        try:
            cleaned["amount"] = cleaned.get("amount") or amounts.compensation(product, self.month, days)
        except ValueError:
            self.add_error("days", _("This month does not have that many days."))
            return cleaned
        cap = amounts.cap(product, self.month, category=self.case.customer.category, policy=self.policy)
        if cleaned["amount"] > cap:
            self.add_error(
                "amount",
                _("At most Bs %(cap)s may be compensated on %(product)s.")
                % {"cap": amounts.told(cap), "product": product},
            )
        if cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self.refuse_stacking("product", product)
        return cleaned

    def credited(self) -> list[tuple[str, Product, Decimal]]:
        return [(Offer.Kind.COMPENSATION, self.cleaned_data["product"], self.cleaned_data["amount"])]


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    month, products = clock.month_of(clock.now()), alive_products(case)
    affected = by_days(products, month, policy)
    rows = [
        {
            "product": product,
            "affected": affected[product.pk],
            "price": amounts.compensable(product, month),
            "cap": amounts.cap(product, month, category=case.customer.category, policy=policy),
            "advisor": amounts.advisor_alone(
                product,
                month,
                vip=bool(item.instance.facts.get("vip")),
                policy=policy,
                price=amounts.compensable(product, month),
            ),
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
    """Record the offer and the answer. Facts as in step 3."""
    form: CompensationForm = run.form  # type: ignore[assignment]
    product = run.data["product"]
    offer = answers.offer(
        run,
        kind=Offer.Kind.COMPENSATION,
        product=product,
        month=form.month,
        days=run.data["days"],
        amount=run.data["amount"],
    )
    offer.save()
    return answers.result(run, [offer], product_month=form.month_worth(product))
