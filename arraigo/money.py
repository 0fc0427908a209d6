"""Bolivianos: stored as whole centavos, `Decimal` with two places in Python.

SQLite keeps decimals as floats and sums them so; whole centavos add up exactly on both databases.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.formats import get_format, number_format
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_noop

CENTAVO = Decimal("0.01")
ZERO = Decimal("0.00")


def bs(value: Decimal | int | str) -> Decimal:
    """`value` in Bs with two places, half a centavo rounded up."""
    return Decimal(value).quantize(CENTAVO, rounding=ROUND_HALF_UP)


def pro_rata(monthly: Decimal, days: int, days_in_month: int) -> Decimal:
    """The part of a `monthly` price in Bs that `days` of a month of `days_in_month` days are worth."""
    if not 0 <= days <= days_in_month:
        raise ValueError(f"{days} days do not fit in a month of {days_in_month}.")
    return bs(monthly * days / days_in_month)


if TYPE_CHECKING:
    # Assigned as, read as.
    _Centavos = models.BigIntegerField[Decimal | int | str | Combinable, Decimal]
    OptionalMoney = models.BigIntegerField[Decimal | int | str | Combinable | None, Decimal | None]
    """The type of a `MoneyField(null=True)`."""
else:
    _Centavos = models.BigIntegerField


class MoneyField(_Centavos):
    """An amount in Bs: whole centavos in the database, `Decimal` in Python."""

    description = "Amount in Bs, stored in centavos"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return bs(value)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ValidationError(f"{value!r} is not an amount in Bs.") from error

    def get_prep_value(self, value: Any) -> int | None:
        if isinstance(value, Decimal):
            return int(bs(value).scaleb(2))
        if value is None or hasattr(value, "resolve_expression"):
            return value  # type: ignore[no-any-return]
        if isinstance(value, float):
            raise TypeError("Amounts are Decimal, never float.")
        return int(bs(value).scaleb(2))

    def formfield(self, **kwargs: Any) -> Any:
        return super(models.IntegerField, self).formfield(
            **{"form_class": forms.DecimalField, "decimal_places": 2, "max_digits": 14, **kwargs}
        )


def _limit_told(sentence: str, limit: Decimal | int) -> str:
    """The sentence with its limit in Bs, as the language of whoever reads it writes them."""
    return gettext(sentence) % {"limit": number_format(limit, 2, use_l10n=True, force_grouping=True)}


_limit = lazy(_limit_told, str)


class AmountField(forms.DecimalField):
    """An amount in Bs as it is shown everywhere, the dots of its thousands typed or not: "1.234,50", "1234,5"."""

    LIMITS = {"min_value": gettext_noop("At least Bs %(limit)s."), "max_value": gettext_noop("At most Bs %(limit)s.")}

    def __init__(self, *, error_messages: dict[str, Any] | None = None, **kwargs: Any) -> None:
        limits = {name: _limit(said, kwargs[name]) for name, said in self.LIMITS.items() if name in kwargs}
        super().__init__(decimal_places=2, localize=True, error_messages=limits | (error_messages or {}), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            thousands, decimals = (re.escape(get_format(f"{name}_SEPARATOR")) for name in ("THOUSAND", "DECIMAL"))
            if re.fullmatch(rf"[1-9]\d{{0,2}}({thousands}\d{{3}})+({decimals}\d*)?", value.strip()):
                value = value.replace(get_format("THOUSAND_SEPARATOR"), "")
        return super().to_python(value)
