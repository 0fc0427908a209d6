"""Customers, products and tickets entered by hand."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.customers import phones
from arraigo.customers.errors import PhoneUnknown
from arraigo.customers.models import Customer
from arraigo.network.models import Zone
from arraigo.products import queries as products
from arraigo.products.models import Offering, Product
from arraigo.tickets.models import TroubleTicket
from arraigo.web.administration.forms import date_input
from arraigo.web.customers.words import SYMPTOMS


def phone_number(text: str) -> str:
    """A phone as E.164; ValidationError where nobody could be called there."""
    try:
        return phones.normal(text)
    except PhoneUnknown as refusal:
        raise ValidationError(str(refusal)) from refusal


class CustomerForm(forms.Form):
    """One member or customer; phones one per line, the one to call first on top."""

    number = forms.CharField(
        label=_("Number"),
        help_text=_("Of the member's certificate or the contract; leave empty to have one made."),
        required=False,
        max_length=24,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Customer.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=160)
    document = forms.CharField(label=_("Identity document"), required=False, max_length=24)
    category = forms.ChoiceField(label=_("Category"), choices=Customer.Category.choices)
    phones = forms.CharField(
        label=_("Phones"),
        help_text=_("One in each line; the one to call first on top."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    zone = forms.ModelChoiceField(label=_("Zone"), queryset=Zone.objects.all(), required=False)
    since = forms.DateField(label=_("Customer since"), required=False, widget=date_input())
    notices_allowed = forms.BooleanField(label=_("Agrees to be sent messages"), required=False)

    def __init__(self, *args: Any, customer: Customer | None = None, **kwargs: Any) -> None:
        self.customer = customer
        super().__init__(*args, **kwargs)
        if customer is not None:
            self.fields["number"].disabled = True
            self.initial = {name: getattr(customer, name) for name in self.fields if name != "phones"}
            ordered = sorted(customer.phones.all(), key=lambda phone: (not phone.is_contact, phone.pk))
            self.initial["phones"] = "\n".join(phone.number for phone in ordered)

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if "/" in number:
            raise ValidationError(_("A number has no slash: write it with dashes."))
        if self.customer is None and number and Customer.objects.filter(number=number).exists():
            raise ValidationError(_("%(number)s is another customer's number already."), params={"number": number})
        return number

    def clean_phones(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["phones"].splitlines() if line.strip()]
        return list(dict.fromkeys(phone_number(line) for line in lines))

    def clean_since(self) -> dt.date | None:
        since: dt.date | None = self.cleaned_data["since"]
        if since and since > clock.today():
            raise ValidationError(_("This day is still to come: write one that has passed."))
        return since


class ProductForm(forms.Form):
    """Something the customer has installed."""

    number = forms.CharField(label=_("Product number"), max_length=40)
    offering = forms.ModelChoiceField(label=_("Offering"), queryset=Offering.objects.none())
    price = forms.DecimalField(
        label=_("Price a month, in Bs"),
        help_text=_("Leave empty for the list price."),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
    )
    bundle = forms.CharField(
        label=_("Bundle"),
        help_text=_("Products of one bundle share this word."),
        required=False,
        max_length=40,
    )
    status = forms.ChoiceField(
        label=_("State"),
        choices=[c for c in Product.Status.choices if c[0] != Product.Status.TERMINATED],
        initial=Product.Status.ACTIVE,
    )
    started_on = forms.DateField(label=_("Installed on"), required=False, widget=date_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["offering"]
        choice.queryset = products.offerings_sold()

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if "/" in number:
            raise ValidationError(_("A number has no slash: write it with dashes."))
        return number


class ProductStateForm(forms.Form):
    """Another state of a product; an end needs its reason and its day."""

    status = forms.ChoiceField(label=_("State"), choices=Product.Status.choices)
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("Needed to end the product."),
        choices=Product.Reason.choices,
        required=False,
    )
    ended_on = forms.DateField(label=_("Ended on"), required=False, widget=date_input())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("status") == Product.Status.TERMINATED and not cleaned.get("reason"):
            self.add_error("reason", _("Choose why the product ends."))
        if cleaned.get("ended_on") and cleaned["ended_on"] > clock.today():
            self.add_error("ended_on", _("This day is still to come: write one that has passed."))
        return cleaned


class TicketForm(forms.Form):
    """A fault or complaint that the customer reports on one product."""

    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.none())
    type = forms.ChoiceField(label=_("Type"), choices=TroubleTicket.Type.choices)
    symptom = forms.ChoiceField(label=_("What the customer suffers"), choices=SYMPTOMS)
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["product"]
        choice.queryset = products.alive_products(customer)
        owned = list(choice.queryset[:2])
        if len(owned) == 1:
            choice.empty_label, choice.initial = None, owned[0]


class TicketStateForm(forms.Form):
    """Another state of a ticket, among those that may follow."""

    state = forms.ChoiceField(label=_("New state"))
    note = forms.CharField(
        label=_("Remark"),
        help_text=_("What was done; for a solution, what solved it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )

    def __init__(self, ticket: TroubleTicket, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["state"]
        choice.choices = [
            (value, TroubleTicket.Status(value).label) for value in TroubleTicket.TRANSITIONS[ticket.status]
        ]


class FollowUpForm(forms.Form):
    """The customer came back about a ticket that exists."""

    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[
            ("office", _("Office")),
            ("phone", _("Phone")),
            ("whatsapp", _("WhatsApp")),
            ("email", _("E-mail")),
        ],
    )
    text = forms.CharField(
        label=_("What was said"),
        help_text=_("This does not count as a new claim."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )
    disputed = forms.BooleanField(label=_("The customer says that the solution did not hold"), required=False)


class SolutionForm(forms.Form):
    """The faults of a product are really solved, or the customer says that the repair did not hold."""

    act = forms.ChoiceField(choices=[("confirm", _("Confirm")), ("dispute", _("Dispute"))])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        error_messages={"max_length": _("Write the reason in at most 500 letters.")},
    )
    words = forms.CharField(label=_("Other reason"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["reason"] = cleaned.get("reason") or cleaned.get("words", "").strip()
        if not cleaned["reason"] and not self.errors:
            self.add_error("words", _("Choose a reason or write it."))
        return cleaned
