"""Forms of payments and of listings in the Central de Riesgos."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing.errors import AboveBalance
from arraigo.billing.models import Bill
from arraigo.billing.queries import balance
from arraigo.customers.models import CreditListing, Customer
from arraigo.imports.kinds.credit_listings import CreditListingRow
from arraigo.imports.kinds.payments import PaymentRow
from arraigo.money import AmountField
from arraigo.web.administration.forms import date_input
from arraigo.web.row_form import ANYTHING, RowForm
from arraigo.web.templatetags.show import bs, month


class BillChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, bill: Any) -> str:
        return f"{month(bill.month)} · {bs(balance(bill))}"


class PaymentForm(RowForm):
    """A payment on one of the customer's issued bills."""

    row = PaymentRow

    bill = BillChoice(
        label=_("Bill, and what is owed on it"), queryset=Bill.objects.none(), empty_label=_("Choose…"),
        error_messages={"required": _("Choose the bill that is paid; only issued bills take payments.")},
    )  # fmt: skip
    amount = AmountField(label=_("Amount in Bs"))
    paid_at = forms.DateTimeField(
        label=_("Paid on"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    channel = forms.CharField(label=_("Where"), required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"paid_at": clock.local(clock.now())}
        rows = Bill.objects.filter(customer=customer, state=Bill.State.ISSUED).order_by("month")
        self.fields["bill"].queryset = rows  # type: ignore[attr-defined]

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        return super().told({**entered, "bill": ANYTHING})

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        bill, amount = data.get("bill"), data.get("amount")
        if bill and amount and amount > balance(bill):
            self.add_error("amount", str(AboveBalance(amount, balance(bill), bill.month)))
        return data


class ListingForm(RowForm):
    """A listing of the customer in a credit bureau."""

    row = CreditListingRow
    bureau = forms.CharField(label=_("Bureau"), initial="Central de Riesgos")
    listed_on = forms.DateField(label=_("Listed on"), widget=date_input())


class LiftForm(RowForm):
    """When a listing was lifted: not before it was made."""

    row = CreditListingRow
    lifted_on = forms.DateField(label=_("Lifted on"), widget=date_input())

    def __init__(self, *args: Any, listing: CreditListing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"lifted_on": clock.today()}
        self.listing = listing

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        return super().told({**entered, "listed_on": self.listing.listed_on})
