"""The row of a termination: what its file may say of it, and what must fit together."""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field, field_validator, model_validator

from arraigo.imports.fields import Day, Id, Number, Past, Row, Words
from arraigo.imports.landing import number_claim, numbered
from arraigo.terminations.models import Termination

NOTHING = frozenset({"none", "ninguno", "ninguna", "nada"})
"""How a cell says that nothing came back; an empty one says that nobody noted it."""


class TerminationRow(Row):
    number: Number = Field(default="", max_length=24)
    """Empty: the external id."""
    receipt: str = Field(default="", max_length=24)
    customer: Id
    product: Id
    product_customer: str = Field(default="", max_length=80)
    """External id, or number, of the customer who has the product now, where it changed hands since."""
    case_number: str = Field(default="", max_length=24)
    reason: Termination.Reason = Termination.Reason.UNKNOWN
    requested_at: Past | None = None
    withdrawn_at: Past | None = None
    executed_at: Past | None = None
    return_items: Words = ()
    """What the customer gives back, parted by semicolons."""
    returned_items: Words | None = None
    """What of it came back, parted by semicolons; `none`: nothing did."""
    return_by: Day | None = None

    @field_validator("returned_items", mode="before")
    @classmethod
    def _nothing(cls, value: Any) -> Any:
        return () if isinstance(value, str) and value.strip().lower() in NOTHING else value

    @model_validator(mode="after")
    def _times(self) -> "TerminationRow":
        if self.withdrawn_at and self.executed_at:
            raise ValueError(_("a termination is withdrawn or executed, not both"))
        if self.requested_at and self.executed_at and self.executed_at < self.requested_at:
            raise ValueError(_("executed_at lies before requested_at"))
        if self.withdrawn_at and not self.requested_at:
            raise ValueError(_("what was withdrawn needs requested_at"))
        if self.requested_at and self.withdrawn_at and self.withdrawn_at < self.requested_at:
            raise ValueError(_("withdrawn_at lies before requested_at"))
        if self.returned_items is not None and not self.executed_at:
            raise ValueError(_("returned_items needs executed_at"))
        return self

    @property
    def claims(self) -> tuple[str, ...]:
        return number_claim(self.number or numbered(self, 24)), f"product {self.product}"

    @property
    def is_open(self) -> bool:
        return bool(self.requested_at and not self.withdrawn_at and not self.executed_at)
