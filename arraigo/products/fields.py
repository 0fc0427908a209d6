"""Form fields that choose among products."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from arraigo.products.models import Product
from arraigo.records import LARGEST_KEY

if TYPE_CHECKING:
    _Choices = forms.ModelMultipleChoiceField[Product]
else:
    _Choices = forms.ModelMultipleChoiceField


class ProductsField(_Choices):
    """One or more of a customer's products, each with a box."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Product.objects.none(), **kwargs)

    def _check_values(self, value: Any) -> QuerySet[Product]:
        for key in value:
            if str(key).isdecimal() and int(key) > LARGEST_KEY:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": key})
        return super()._check_values(value)  # type: ignore[misc, no-any-return]
