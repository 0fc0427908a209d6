"""Forms of payments and of listings in the Central de Riesgos."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing.errors import AboveBalance
from arraigo.billing.models import Bill
from arraigo.billing.queries import balance
from arraigo.customers.errors import LiftedBeforeListed
from arraigo.customers.models import CreditListing, Customer
from arraigo.web.administration.forms import date_input
from arraigo.web.templatetags.show import bs, month


class BillChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, bill: Any) -> str:
        return f"{month(bill.month)} · {bs(balance(bill))}"


class PaymentForm(forms.Form):
    """A payment on one of the customer's issued bills."""

    bill = BillChoice(
        label=_("Bill, and what is owed on it"), queryset=Bill.objects.none(),
        error_messages={"required": _("Choose the bill that is paid; only issued bills take payments.")},
    )  # fmt: skip
    amount = forms.DecimalField(
        label=_("Amount in Bs"), max_digits=14, decimal_places=2, min_value=Decimal("0.01"), localize=True
    )
    paid_at = forms.DateTimeField(
        label=_("Paid on"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    channel = forms.CharField(label=_("Where"), required=False, max_length=30)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"paid_at": clock.local(clock.now())}
        rows = Bill.objects.filter(customer=customer, state=Bill.State.ISSUED).order_by("month")
        self.fields["bill"].queryset = rows  # type: ignore[attr-defined]

    def clean_paid_at(self) -> dt.datetime:
        moment: dt.datetime = self.cleaned_data["paid_at"]
        if moment > clock.now() + dt.timedelta(minutes=1):
            raise ValidationError(_("This moment has not come yet: write when it was paid."))
        return moment

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        bill, amount = data.get("bill"), data.get("amount")
        if bill and amount and amount > balance(bill):
            self.add_error("amount", str(AboveBalance(amount, balance(bill), bill.month)))
        return data


def past(day: dt.date) -> dt.date:
    if day > clock.today():
        raise ValidationError(_("This day has not come yet."))
    return day


class ListingForm(forms.Form):
    """A listing of the customer in a credit bureau."""

    bureau = forms.CharField(label=_("Bureau"), max_length=60, initial="Central de Riesgos")
    listed_on = forms.DateField(label=_("Listed on"), widget=date_input())

    def clean_listed_on(self) -> dt.date:
        return past(self.cleaned_data["listed_on"])


class LiftForm(forms.Form):
    """When a listing was lifted: not before it was made."""

    on = forms.DateField(label=_("Lifted on"), widget=date_input())

    def __init__(self, *args: Any, listing: CreditListing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"on": clock.today()}
        self.listing = listing

    def clean_on(self) -> dt.date:
        day = past(self.cleaned_data["on"])
        if day < self.listing.listed_on:
            raise ValidationError(str(LiftedBeforeListed(f"{self.listing.listed_on:%d/%m/%Y}")))
        return day
