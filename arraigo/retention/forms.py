"""Opening a case: what the customer says, and what is missing about the customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.customers.models import Customer
from arraigo.network.models import Zone
from arraigo.products.fields import ProductsField
from arraigo.products.models import Product
from arraigo.retention.models import Reason, RetentionCase


class OpenCaseForm(forms.Form):
    """A customer asks to leave. Phone, address and zone are asked where the record lacks them."""

    required_css_class = "required"

    channel = forms.ChoiceField(label=_("Channel"), choices=RetentionCase.Channel.choices)
    reason = forms.ChoiceField(label=_("Why the customer wants to leave"), choices=Reason.choices)
    words = forms.CharField(
        label=_("In the customer's words"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    products = ProductsField(label=_("Affected products"))
    contact_phone = forms.CharField(
        label=_("Contact phone"), help_text=_("The technician and the controls call this number."), max_length=20
    )
    address = forms.CharField(label=_("Address"), max_length=200)
    zone = forms.ModelChoiceField(
        label=_("Zone"), help_text=_("Decides which operations centre attends."), queryset=Zone.objects.all()
    )
    competitor = forms.CharField(
        label=_("What the competitor offers"),
        help_text=_("Operator, offer and price, if it is a better offer."),
        required=False,
        max_length=160,
    )

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        choice: Any = self.fields["products"]
        choice.queryset = (
            customer.products.exclude(status=Product.Status.TERMINATED).select_related("offering").order_by("id")
        )
        phone = customer.phones.order_by("-is_contact", "id").first()
        self.fields["contact_phone"].initial = phone.number if phone else ""
        self.fields["address"].initial = customer.address
        self.fields["zone"].initial = customer.zone_id
