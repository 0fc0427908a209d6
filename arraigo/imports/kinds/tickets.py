"""Trouble tickets with the changes of their states; with --create-missing they bring customers and products."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from django.db.models import Max, Prefetch, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from arraigo.customers import search
from arraigo.customers.models import Customer
from arraigo.imports import hands, references, store
from arraigo.imports.fields import Id, Number, Past, Row, from_json
from arraigo.imports.landing import (
    HOME,
    Landed,
    Parsed,
    Setting,
    Tally,
    given,
    known,
    number_claim,
    numbered,
    numbers_free,
    short,
    tally_of,
    untold,
    upsert,
)
from arraigo.imports.references import Pair
from arraigo.money import ZERO
from arraigo.products.models import Product, Service, Technology
from arraigo.tickets.models import TicketChange, TroubleTicket, may_come_to

USUAL = ("number", "type")
"""What only a new ticket gets where the file does not say it."""
OPTIONAL = ("description", "resolution", "disputed_at")


class Change(BaseModel):
    """One change of state."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: Past
    after: TroubleTicket.Status
    note: str = Field(default="", max_length=10_000)


def _changes(value: Any) -> Any:
    """JSON, or `state=moment;state=moment`."""
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return from_json(value)
    parts = [part.partition("=") for part in value.split(";") if part.strip()]
    return [{"after": after.strip(), "at": at.strip()} for after, _sign, at in parts]


class TicketRow(Row):
    customer: Id
    product: Id
    """External id, or number, of the product; with --create-missing any word that names it."""
    product_customer: str = Field(default="", max_length=80)
    """External id, or number, of the customer who has the product now, where it changed hands since."""
    number: Number = Field(default="", max_length=40)
    opened_at: Past
    resolved_at: Past | None = None
    disputed_at: Past | None = None
    type: TroubleTicket.Type = TroubleTicket.Type.FAULT
    status: TroubleTicket.Status | None = None
    """Empty: that of the last change; without changes resolved where it has a time of solution, else the one that the
    ticket has, acknowledged where it is new."""
    changes: Annotated[tuple[Change, ...], BeforeValidator(_changes)] = ()
    symptom: TroubleTicket.Symptom | None = None
    """Other words are kept in front of the description, and the symptom is “other”."""
    description: str = Field(default="", max_length=10_000)
    resolution: str = Field(default="", max_length=10_000)
    outage: str = Field(default="", max_length=80)
    """External id of the mass outage that it reports."""
    service: Service = Service.INTERNET
    """Of a product that this row brings (--create-missing)."""
    technology: Technology = Technology.UNKNOWN

    @model_validator(mode="before")
    @classmethod
    def _own_words(cls, data: Any) -> Any:
        """Another operator's word for a symptom: a fault counts whatever it is called, and the word is not lost."""
        word = str(data.get("symptom") or "").strip()
        if not word or word in TroubleTicket.Symptom.values:
            return data
        told = ": ".join(filter(None, [word, str(data.get("description") or "").strip()]))
        return {**data, "symptom": TroubleTicket.Symptom.OTHER.value, "description": told}

    @model_validator(mode="after")
    def _times(self) -> "TicketRow":
        if self.resolved_at and self.resolved_at < self.opened_at:
            raise ValueError(_("resolved_at lies before opened_at"))
        if self.state in TroubleTicket.SOLVED and not self.resolved_at:
            raise ValueError(_("a solved ticket needs resolved_at"))
        if self.resolved_at and self.state not in (*TroubleTicket.SOLVED, *TroubleTicket.NOT_COUNTABLE):
            raise ValueError(_("a ticket that is still open has no resolved_at"))
        if self.changes and self.changes[-1].after != self.state:
            raise ValueError(_("the last of its changes does not lead to its status"))
        _check_chain(self.opened_at, self.changes)
        return self

    @property
    def claims(self) -> tuple[str, ...]:
        return (number_claim(self.number or numbered(self, 40)),)

    @property
    def tells_state(self) -> bool:
        return bool(self.status or self.changes or self.resolved_at)

    @property
    def state(self) -> str:
        if self.status or self.changes:
            return str(self.status or self.changes[-1].after)
        return str(TroubleTicket.Status.RESOLVED if self.resolved_at else TroubleTicket.Status.ACKNOWLEDGED)


def _check_chain(opened_at: dt.datetime, changes: Sequence[Change]) -> None:
    """Whether the changes follow each other as TMF621 lets them; a file may leave some of them out."""
    if changes and changes[0].at < opened_at:
        raise ValueError(_("the first of its changes lies before opened_at"))
    for before, after in itertools.pairwise(changes):
        if after.at < before.at:
            raise ValueError(_("its changes are not in the order of their times"))
        if not may_come_to(before.after, after.after):
            raise ValueError(_cannot_follow(before.after, after.after))


def _cannot_follow(before: str, after: str) -> str:
    return _("“%(after)s” cannot follow “%(before)s”") % {
        "before": TroubleTicket.Status(before).label, "after": TroubleTicket.Status(after).label,
    }  # fmt: skip


def land(batch: Sequence[Parsed[TicketRow]], setting: Setting) -> Tally:
    """Bring a batch of tickets in, inside the caller's transaction."""
    tally = Tally()
    numbers = [each.row.number or numbered(each.row, 40) for each in batch]
    batch = numbers_free(TroubleTicket, setting.source, batch, numbers, tally)
    outages = references.outages_of([each.row.outage for each in batch], setting)
    batch = known(batch, "outage", outages, tally)
    customers = references.customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    products = _products(batch, customers, setting)
    batch = hands.product_known(batch, products, tally, may_be_brought=True)
    before = _before(setting.source, [p.row for p in batch])
    batch = [each for each in batch if _goes_on(each, before, tally)]
    wanted = {p.row.external_id: _values(p.row, customers, products, outages) for p in batch}
    landed = upsert(TroubleTicket, setting, wanted, natural=("number",), untold=_untold(batch))
    changed = _add_changes(batch, landed, before, setting)
    tally.add(tally_of(landed, batch, also_changed=changed))
    return tally


def _products(batch: Sequence[Parsed[TicketRow]], customers: Mapping[str, int], setting: Setting) -> dict[str, int]:
    """The product of each row, by the row's external id."""
    rows = {each.row.external_id: each.row for each in batch}
    found = hands.of_records(TroubleTicket, batch, customers, setting)
    # What an earlier run brought is known by the pair of customer and product value.
    by_pair = {key: _pair_id(row) for key, row in rows.items() if key not in found}
    if by_pair:
        held = Product.objects.filter(source=setting.source, external_id__in=by_pair.values())
        known_pairs = dict(held.values_list("external_id", "pk"))
        found |= {key: known_pairs[pair] for key, pair in by_pair.items() if pair in known_pairs}
    missing = {key: (customers[row.customer], row.product) for key, row in rows.items() if key not in found}
    if setting.create_missing and missing:
        made = _brought({pair: rows[key] for key, pair in missing.items()}, setting)
        found |= {key: made[pair] for key, pair in missing.items()}
    return found


def _pair_id(row: TicketRow) -> str:
    """Identity of a product that a ticket brings: customer and product value."""
    return short(f"{row.customer}/{row.product}", 80)


def _brought(missing: Mapping[Pair, TicketRow], setting: Setting) -> dict[Pair, int]:
    codes = {pair: _code(row) for pair, row in missing.items()}
    wanted = {codes[pair]: (row.product, row.service, row.technology) for pair, row in missing.items()}
    offerings = references.offerings_of(wanted, setting)
    values = {
        _pair_id(row): {
            "number": short(_pair_id(row).replace("/", "-"), 40),
            "customer_id": pair[0],
            "offering_id": offerings[codes[pair]],
            "price": ZERO,
        }
        for pair, row in missing.items()
    }  # fmt: skip
    landed = upsert(Product, setting, values)
    search.reindex(list(Customer.objects.filter(pk__in={customer for customer, _word in missing})))
    return {pair: landed.records[_pair_id(row)].pk for pair, row in missing.items()}


def _code(row: TicketRow) -> str:
    """The catalogue's code for the product value: `brought-fibre-optic`."""
    return short(f"brought-{slugify(row.product) or 'product'}-{row.service.value}", 40)


def _values(
    row: TicketRow, customers: Mapping[str, int], products: Mapping[str, int], outages: Mapping[str, int]
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": row.number or numbered(row, 40),
        "customer_id": customers[row.customer],
        "product_id": products[row.external_id],
        "type": row.type.value,
        "status": row.state,
        "opened_at": row.opened_at,
        "resolved_at": row.resolved_at,
        **({"symptom": row.symptom.value} if row.symptom else {}),
        **given(row, OPTIONAL),
    }
    return values | ({"outage_id": outages[row.outage]} if row.outage else {})


def _untold(batch: Sequence[Parsed[TicketRow]]) -> dict[str, set[str]]:
    """What the rows leave as it is."""
    fields = untold(batch, USUAL)
    for each in batch:
        if not each.row.tells_state:
            fields[each.row.external_id] |= {"status", "resolved_at"}
    return fields


def _goes_on(each: Parsed[TicketRow], before: Mapping[str, str], tally: Tally) -> bool:
    """Whether the ticket that is there can come to the state that the row tells."""
    state, held = each.row.state, before.get(each.row.external_id)
    if held is None or not each.row.tells_state or held == state or may_come_to(held, state):
        return True
    tally.reject(each.raw.line, [("status", state, _cannot_follow(held, state))])
    return False


def _before(source: str, rows: Sequence[TicketRow]) -> dict[str, str]:
    """The states of the tickets of `source` before the batch, by external id; where one moves on, all are locked by
    their key: what else changes of them is locked only later."""
    found = _states(TroubleTicket.objects.all(), source, rows)
    moves = any(row.tells_state and found.get(row.external_id, row.state) != row.state for row in rows)
    locked = TroubleTicket.objects.select_for_update(no_key=True).order_by("pk")
    return _states(locked, source, rows) if moves else found


def _states(tickets: QuerySet[TroubleTicket], source: str, rows: Sequence[TicketRow]) -> dict[str, str]:
    held = tickets.filter(source=source, external_id__in=[row.external_id for row in rows])
    found = {str(key): status for key, status in held.values_list("external_id", "status")}
    if source == HOME:
        keys = {row.number or numbered(row, 40): row.external_id for row in rows}
        here = tickets.filter(source=HOME, external_id=None, number__in=keys)
        found |= {keys[number]: status for number, status in here.values_list("number", "status")}
    return found


def _add_changes(
    batch: Sequence[Parsed[TicketRow]], landed: Landed, before: Mapping[str, str], setting: Setting
) -> set[str]:
    """Add the changes of state that are told and not there yet; the external ids that got some."""
    told = {p.row.external_id for p in batch if p.row.changes}
    old = [landed.records[key].pk for key in told - landed.created]
    have = set(TicketChange.objects.filter(ticket__in=old).values_list("ticket", "after", "at")) if old else set()
    new: list[TicketChange] = []
    changed = set()
    last = _last_changes(landed, before)
    for each in batch:
        key = each.row.external_id
        fresh = [c for c in _told(each.row, landed, before, last) if (c.ticket_id, c.after, c.at) not in have]
        if fresh:
            new += fresh
            changed.add(key)
    setting.ledger.made(store.insert(TicketChange, new))
    return changed


def _last_changes(landed: Landed, before: Mapping[str, str]) -> dict[int, dt.datetime]:
    """When the tickets that are in another state now changed last, as far as it was told."""
    moved = [landed.records[key].pk for key in landed.updated if before.get(key) != landed.records[key].status]
    rows = TicketChange.objects.filter(ticket__in=moved).order_by().values("ticket").annotate(last=Max("at"))
    return dict(rows.values_list("ticket", "last")) if moved else {}


def _told(
    row: TicketRow, landed: Landed, before: Mapping[str, str], last: Mapping[int, dt.datetime]
) -> list[TicketChange]:
    """The changes of state that a row tells of; one where it only tells the state, and this is a new one."""
    key, ticket = row.external_id, landed.records[row.external_id]
    if row.changes:
        states = ["", *(change.after.value for change in row.changes)]
        return [
            TicketChange(ticket=ticket, before=earlier, after=change.after.value, at=change.at, note=change.note)
            for earlier, change in zip(states, row.changes, strict=False)
        ]
    if key in landed.created | landed.updated and before.get(key) != ticket.status:
        moment = ticket.resolved_at or max(last.get(ticket.pk, ticket.opened_at), ticket.opened_at)
        return [TicketChange(ticket=ticket, before=before.get(key, ""), after=ticket.status, at=moment)]
    return []


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` tickets behind the key `after`, as rows."""
    rows = TroubleTicket.objects.filter(pk__gt=after).select_related(
        "customer", "product__offering", "product__customer", "outage"
    )  # fmt: skip
    changes = Prefetch("changes", TicketChange.objects.order_by("at", "id"))
    names = ("number", "type", "status", "opened_at", "resolved_at", "symptom", *OPTIONAL)
    for ticket in rows.prefetch_related(changes).order_by("pk")[:many]:
        told = [
            {"at": change.at, "after": change.after, **({"note": change.note} if change.note else {})}
            for change in ticket.changes.all()
        ]
        yield ticket.pk, {
            "source": ticket.source, "external_id": ticket.external_id or ticket.number,
            "customer": references.word_for(ticket, ticket.customer),
            "product": references.word_for(ticket, ticket.product),
            "product_customer": references.holder_of(ticket, ticket.product),
            **{name: getattr(ticket, name) for name in names}, "changes": told,
            "outage": (ticket.outage.external_id or references.outage_id(ticket.outage)) if ticket.outage else "",
            "service": ticket.product.offering.service, "technology": ticket.product.offering.technology,
        }  # fmt: skip
