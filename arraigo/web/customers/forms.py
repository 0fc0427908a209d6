"""Customers, products and tickets entered by hand."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.customers import phones
from arraigo.customers.errors import PhoneUnknown
from arraigo.customers.models import Customer
from arraigo.imports.kinds.customers import CustomerRow
from arraigo.imports.kinds.products import ProductRow
from arraigo.imports.kinds.tickets import Change, TicketRow
from arraigo.money import AmountField
from arraigo.network.models import Zone
from arraigo.products import queries as products
from arraigo.products.models import Offering, Product
from arraigo.tickets.models import TroubleTicket
from arraigo.web.administration.forms import date_input
from arraigo.web.customers.words import SYMPTOMS
from arraigo.web.row_form import ANYTHING, RowForm


def phone_number(text: str) -> str:
    """A phone as E.164; ValidationError where nobody could be called there."""
    try:
        return phones.normal(text)
    except PhoneUnknown as refusal:
        raise ValidationError(str(refusal)) from refusal


class CustomerForm(RowForm):
    """One member or customer; phones one per line, the one to call first on top."""

    row = CustomerRow
    known = ("external_id",)

    number = forms.CharField(
        label=_("Number"),
        help_text=_("Of the member's certificate or the contract; leave empty to have one made."),
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Customer.Kind.choices)
    name = forms.CharField(label=_("Name"))
    document = forms.CharField(label=_("Identity document"), required=False)
    category = forms.ChoiceField(label=_("Category"), choices=Customer.Category.choices)
    phones = forms.CharField(
        label=_("Phones"),
        help_text=_("One in each line; the one to call first on top."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(label=_("Address"), required=False)
    zone = forms.ModelChoiceField(label=_("Zone"), queryset=Zone.objects.all(), required=False, empty_label="—")
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
        if self.customer is None and number and Customer.objects.filter(number=number).exists():
            raise ValidationError(_("%(number)s is another customer's number already."), params={"number": number})
        return number

    def clean_phones(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["phones"].splitlines() if line.strip()]
        return list(dict.fromkeys(phone_number(line) for line in lines))

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        zone = entered.get("zone")
        return super().told({**entered, "zone": zone.code if zone else ""})


class ProductForm(RowForm):
    """Something the customer has installed."""

    row = ProductRow

    number = forms.CharField(label=_("Product number"))
    offering = forms.ModelChoiceField(label=_("Offering"), queryset=Offering.objects.none(), empty_label=_("Choose…"))
    price = AmountField(
        label=_("Price a month, in Bs"),
        help_text=_("Leave empty for the list price."),
        required=False,
    )
    bundle = forms.CharField(
        label=_("Bundle"),
        help_text=_("Products of one bundle share this word."),
        required=False,
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

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        offering = entered.get("offering")
        return super().told({**entered, "offering": offering.code if offering else ANYTHING})


class ProductStateForm(RowForm):
    """Another state of a product; an end needs its reason and its day."""

    row = ProductRow
    known = (*RowForm.known, "offering")

    status = forms.ChoiceField(label=_("State"), choices=Product.Status.choices)
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("Needed to end the product."),
        choices=Product.Reason.choices,
        required=False,
    )
    ended_on = forms.DateField(label=_("Ended on"), required=False, widget=date_input())

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        self.product = product
        super().__init__(*args, initial={"status": product.status}, **kwargs)

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        return super().told({**entered, "started_on": self.product.started_on})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("status") == Product.Status.TERMINATED and not cleaned.get("reason"):
            # A file's past may not know it; a person can be asked.
            self.add_error("reason", _("Choose why the product ends."))
        return cleaned


class TicketForm(RowForm):
    """A fault or complaint that the customer reports on one product."""

    row = TicketRow

    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.none(), empty_label=_("Choose…"))
    type = forms.ChoiceField(label=_("Type"), choices=TroubleTicket.Type.choices)
    symptom = forms.ChoiceField(label=_("What the customer suffers"), choices=SYMPTOMS)
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["product"]
        choice.queryset = products.alive_products(customer)
        owned = list(choice.queryset[:2])
        if len(owned) == 1:
            choice.empty_label, choice.initial = None, owned[0]

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        return super().told({**entered, "product": ANYTHING, "opened_at": clock.now()})


class TicketStateForm(RowForm):
    """Another state of a ticket, among those that may follow."""

    row = Change

    state = forms.ChoiceField(label=_("New state"))
    note = forms.CharField(
        label=_("Remark"),
        help_text=_("What was done; for a solution, what solved it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, ticket: TroubleTicket, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["state"]
        choice.choices = [
            (value, TroubleTicket.Status(value).label) for value in TroubleTicket.TRANSITIONS[ticket.status]
        ]

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        return super().told({**entered, "after": entered.get("state"), "at": clock.now()})


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
