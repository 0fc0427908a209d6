"""Opening a case: what the customer says, and what is missing about the customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.customers import phones
from arraigo.customers.errors import PhoneUnknown
from arraigo.customers.models import Customer
from arraigo.network.models import Zone
from arraigo.procedure.policy import Policy
from arraigo.products.fields import ProductsField
from arraigo.products.models import Product, Service
from arraigo.retention import faults
from arraigo.retention.choosing import say_choose
from arraigo.retention.models import Reason, RetentionCase
from arraigo.retention.reasons import ReasonForm
from arraigo.retention.sources import Sourced


class OpenCaseForm(Sourced, ReasonForm):
    """A customer asks to leave. Phone, address and zone are asked where the record lacks them."""

    sources = {
        "words": ("1",),
        "reason": ("11",),
        "competitor": ("11:2",),
        "products": ("3.1",),
        "contact_phone": ("5.3:5",),
    }

    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=RetentionCase.Channel.choices,
        initial=RetentionCase.Channel.PHONE,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In the customer's words"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )
    products = ProductsField(label=_("Affected products"))
    contact_phone = forms.CharField(
        label=_("Contact phone"), help_text=_("The technician and the controls call this number."), max_length=20
    )
    address = forms.CharField(label=_("Address"), max_length=200)
    zone = forms.ModelChoiceField(
        label=_("Zone"), help_text=_("Decides which operations centre attends."), queryset=Zone.objects.all(),
        empty_label=_("Choose…"),
    )  # fmt: skip

    field_order = ("channel", "words", "reason", "reason_detail", "products")

    def __init__(self, customer: Customer, policy: Policy, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer, self.policy = customer, policy
        self.ask_reasons(policy)
        self.fields["reason"] = forms.ChoiceField(
            label=self.fields["reason"].label, choices=Reason.choices, widget=forms.RadioSelect
        )
        self.order_fields(self.field_order)
        self._ask_products()
        say_choose(self)
        phone = customer.phones.order_by("-is_contact", "id").first()
        self.fields["contact_phone"].initial = phone.number if phone else ""
        self.fields["address"].initial = customer.address
        self.fields["zone"].initial = customer.zone_id

    def clean_contact_phone(self) -> str:
        """As it is kept; a number at which somebody can be called."""
        try:
            return phones.normal(self.cleaned_data["contact_phone"])
        except PhoneUnknown as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def _ask_products(self) -> None:
        choice: Any = self.fields["products"]
        alive = self.customer.products.exclude(status=Product.Status.TERMINATED)
        choice.queryset = alive.select_related("offering").order_by("id")
        owned = list(choice.queryset)
        if len(owned) > 1 and not self.is_bound:
            owned = self._likely(owned)
        choice.initial = owned

    def _likely(self, owned: list[Product]) -> list[Product]:
        """What the request is most likely about: the products with a repeated fault, else the Internet."""
        troubled = [verdict.product for verdict in faults.verdicts(owned, self.policy) if verdict.repeat_fault]
        return troubled or [product for product in owned if product.offering.service == Service.INTERNET]
