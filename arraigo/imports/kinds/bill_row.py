"""The row of a bill: what its file may say of it, and what must fit together."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from arraigo.billing.models import Bill
from arraigo.imports.fields import Amount, BilledMonth, Day, Id, PastDay, Row, from_json, named_month
from arraigo.money import ZERO

WHOLE = "Total"
"""What the one line of a bill says whose file has no lines."""


class Line(BaseModel):
    """The charge of one product; without a product a charge of another kind."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    product: str = Field(default="", max_length=80)
    product_customer: str = Field(default="", max_length=80)
    """External id, or number, of the customer who has the product now, where it changed hands since."""
    description: str = Field(default="", max_length=120)
    amount: Amount


def from_text(value: Any) -> Any:
    """JSON, or `product=amount;product=amount`."""
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return from_json(value)
    parts = [part.rpartition("=") for part in value.split(";") if part.strip()]
    return [{"product": product.strip(), "amount": amount.strip()} for product, _sign, amount in parts]


def _id(customer: str, month: str) -> str:
    """The external id of a bill without one: `month` as in 2026-05."""
    return f"{customer}/{month}"[:80]


class BillRow(Row):
    customer: Id
    month: BilledMonth
    state: Bill.State = Bill.State.ISSUED
    issued_on: PastDay | None = None
    due_on: Day | None = None
    total: Amount | None = None
    """Bs; needed where there are no lines, and compared with their sum where there are."""
    credited: Amount | None = None
    """Bs of credits that were given on it elsewhere."""
    paid: Amount | None = None
    """Bs; payments that are brought in afterwards are part of it. Of a paid bill that does not say it: all of it."""
    lines: Annotated[tuple[Line, ...], BeforeValidator(from_text)] = ()

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any, info: ValidationInfo) -> Any:
        """A bill without an id of its own is known by its customer and month."""
        if not data.get("external_id") and data.get("customer") and data.get("month"):
            return {**data, "external_id": _id(data["customer"], named_month(data["month"], info))}
        return data

    @property
    def claims(self) -> tuple[str, ...]:
        return (f"bill {self.customer} {self.month}",)

    @property
    def is_named(self) -> bool:
        """Whether its external id is derived."""
        return self.external_id == _id(self.customer, f"{self.month:%Y-%m}")

    @model_validator(mode="after")
    def _adds_up(self) -> "BillRow":
        if not self.lines and self.total is None:
            raise ValueError(_("a bill needs its lines or its total"))
        if self.lines and self.total is not None and self.total != self.sum:
            raise ValueError(
                _("total is %(total)s, its lines sum up to %(sum)s") % {"total": self.total, "sum": self.sum}
            )
        if self.state != Bill.State.UNBILLED and not (self.issued_on and self.due_on):
            raise ValueError(_("a bill that was issued needs issued_on and due_on"))
        if self.issued_on and self.due_on and self.due_on < self.issued_on:
            raise ValueError(_("due_on lies before issued_on"))
        self._settled()
        named = [line.product for line in self.lines if line.product]
        if len(named) != len(set(named)):
            raise ValueError(_("a product has more than one line"))
        return self

    def _settled(self) -> None:
        if self.credited is None and self.paid is None:
            return
        settled = (self.credited or ZERO) + (self.paid or ZERO)
        if self.sum < settled:
            raise ValueError(_("credits and payments are more than the bill's total"))
        if self.state == Bill.State.PAID and self.paid is not None and settled < self.sum:
            raise ValueError(
                _("a paid bill needs paid: with its credits Bs %(settled)s of %(total)s are settled")
                % {"settled": settled, "total": self.sum}
            )

    def settled_beside(self, bill: Bill | None) -> tuple[Decimal, Decimal]:
        """What is credited and what is paid, in Bs, as the row and the `bill` that is there say together."""
        credited = max(self.credited or ZERO, bill.credited if bill else ZERO)
        told = self.sum - credited if self.paid is None and self.state == Bill.State.PAID else self.paid
        return credited, max(told or ZERO, bill.paid if bill else ZERO)

    @cached_property
    def sum(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO) if self.lines else (self.total or ZERO)

    @property
    def charges(self) -> tuple[Line, ...]:
        return self.lines or (Line(description=WHOLE, amount=self.sum),)
