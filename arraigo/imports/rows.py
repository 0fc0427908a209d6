"""What a row must look like, per kind: the same rules as the database's, said beforehand."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import phonenumbers
from django.core.exceptions import ValidationError as DjangoError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.products.models import Product, Service, Technology
from arraigo.tickets.models import TroubleTicket


def _moment(value: Any, info: ValidationInfo) -> Any:
    """Text → aware moment; a time without zone is Cochabamba's."""
    if not isinstance(value, str):
        return value
    pattern = (info.context or {}).get("date_format", "")
    try:
        read = dt.datetime.fromisoformat
        found = dt.datetime.strptime(value, pattern) if pattern else read(value)  # noqa: DTZ007
    except ValueError as error:
        wanted = pattern or _("2026-05-31 or 2026-05-31T14:30")
        raise ValueError(_("“%(value)s” is no date as in %(pattern)s") % {"value": value, "pattern": wanted}) from error
    return found if found.tzinfo else found.replace(tzinfo=clock.LA_PAZ)


def _day(value: Any, info: ValidationInfo) -> Any:
    moment = _moment(value, info)
    return clock.local(moment).date() if isinstance(moment, dt.datetime) else moment


def _amount(value: Any) -> Any:
    """Bs with a point or a comma before the centavos."""
    return value.replace(",", ".") if isinstance(value, str) and "." not in value else value


Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Amount = Annotated[Decimal, BeforeValidator(_amount), Field(ge=0, max_digits=14, decimal_places=2)]
Id = Annotated[str, Field(min_length=1, max_length=80)]


class Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    external_id: Id


class CustomerRow(Row):
    number: str = Field(default="", max_length=24)
    """Empty: the external id."""
    name: str = Field(min_length=1, max_length=160)
    kind: Customer.Kind = Customer.Kind.CUSTOMER
    document: str = Field(default="", max_length=24)
    category: Customer.Category = Customer.Category.STANDARD
    email: str = Field(default="", max_length=254)
    phones: tuple[str, ...] = ()
    """E.164; in the file separated by semicolons, the one to call first in front."""
    address: str = Field(default="", max_length=200)
    zone: str = ""
    """Code of a zone."""
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    since: Day | None = None
    deceased_on: Day | None = None

    @field_validator("email")
    @classmethod
    def _email(cls, value: str) -> str:
        try:
            if value:
                validate_email(value)
        except DjangoError as error:
            raise ValueError(_("“%(email)s” is no e-mail address") % {"email": value}) from error
        return value

    @field_validator("phones", mode="before")
    @classmethod
    def _phones(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(dict.fromkeys(_e164(part.strip()) for part in value.split(";") if part.strip()))


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "BO")
    except phonenumbers.NumberParseException as error:
        raise ValueError(_("“%(phone)s” is no telephone number") % {"phone": text}) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(_("“%(phone)s” is no telephone number") % {"phone": text})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class ProductRow(Row):
    customer: Id
    """External id, or number, of the customer."""
    number: str = Field(default="", max_length=40)
    """Empty: the external id."""
    offering: str = Field(min_length=1, max_length=40)
    """Code in the catalogue."""
    offering_name: str = Field(default="", max_length=80)
    service: Service = Service.INTERNET
    technology: Technology = Technology.UNKNOWN
    status: Product.Status = Product.Status.ACTIVE
    reason: str = ""
    price: Amount = Decimal(0)
    """Bs a month."""
    bundle: str = Field(default="", max_length=40)
    started_on: Day | None = None
    ended_on: Day | None = None

    @model_validator(mode="after")
    def _ends(self) -> "ProductRow":
        if self.reason not in Product.Reason.values:
            raise ValueError(_("reason: write one of %(values)s") % {"values": ", ".join(Product.Reason.values[1:])})
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            raise ValueError(_("ended_on lies before started_on"))
        return self


class TicketRow(Row):
    customer: Id
    product: Id
    """External id, or number, of the product; with --create-missing any word that names it."""
    number: str = Field(default="", max_length=40)
    opened_at: Moment
    resolved_at: Moment | None = None
    type: TroubleTicket.Type = TroubleTicket.Type.FAULT
    status: TroubleTicket.Status | None = None
    """Empty: resolved where it has a time of solution, else acknowledged."""
    symptom: str = Field(default="", max_length=40)
    description: str = ""
    resolution: str = ""
    service: Service = Service.INTERNET
    """Of a product that this row brings (--create-missing)."""
    technology: Technology = Technology.UNKNOWN

    @model_validator(mode="after")
    def _times(self) -> "TicketRow":
        if self.opened_at > clock.now():
            raise ValueError(_("opened_at lies in the future"))
        if self.resolved_at and self.resolved_at < self.opened_at:
            raise ValueError(_("resolved_at lies before opened_at"))
        if self.status in TroubleTicket.SOLVED and not self.resolved_at:
            raise ValueError(_("a solved ticket needs resolved_at"))
        return self

    @property
    def state(self) -> str:
        solved = TroubleTicket.Status.RESOLVED if self.resolved_at else TroubleTicket.Status.ACKNOWLEDGED
        return self.status or solved


ROWS: dict[str, type[Row]] = {"customers": CustomerRow, "products": ProductRow, "tickets": TicketRow}


def problems(error: ValidationError) -> list[tuple[str, str]]:
    """Field and reason of each thing that is wrong with a row."""
    return [(str(each["loc"][0]) if each["loc"] else "", _reason(each)) for each in error.errors()]


def _reason(each: Any) -> str:
    kind, context = each["type"], each.get("ctx", {})
    if kind == "missing":
        return _("is missing")
    if kind == "value_error":
        return str(context.get("error", each["msg"]))
    if kind == "enum":
        return _("“%(value)s” is none of %(values)s") % {"value": each["input"], "values": context["expected"]}
    return _("“%(value)s” cannot be taken: %(reason)s") % {"value": each["input"], "reason": each["msg"]}
