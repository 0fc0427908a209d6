"""Batches of work orders as PDF (step 6)."""

import dataclasses
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import segno
from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from arraigo.documents.rendering import render
from arraigo.documents.values import amount, field, moment, paper_language, phone
from arraigo.fieldwork.models import PrintBatch, Reprint, Task
from arraigo.network.models import Zone
from arraigo.network.sketch import CHAIN, Place, Sketch, chain_places, sketch, zone_places
from arraigo.orders import queries as orders_now
from arraigo.orders.models import Pause, WorkOrder
from arraigo.products.models import Product
from arraigo.tickets.models import TroubleTicket

HOUR = 3600
QR_MASK = 2


def order_path(order_number: str) -> str:
    """The path of a work order's page, as its QR code holds it."""
    return f"/ot/{order_number}/"


def gathered(orders: QuerySet[WorkOrder]) -> list[WorkOrder]:
    """The `orders` in the order in which they were made, with all that a batch says of them, and their centre."""
    near = ("customer", "zone", "technician", "product_order", "operations_center")
    together = orders.select_related(*near).prefetch_related(
        Prefetch("products", Product.objects.select_related("offering", CHAIN).order_by("id")),
        Prefetch("tickets", TroubleTicket.objects.select_related("product").order_by("opened_at", "id")),
        Prefetch("print_batches", PrintBatch.objects.only("number", "printed_at").order_by("id")),
        "customer__phones",
        "pauses",
    )
    return list(together.annotate(is_repeat=orders_now.follows_a_visit()).order_by("pk"))


def contents(orders: Sequence[WorkOrder]) -> dict[str, Any]:
    """What a batch of the `gathered` orders says on paper, as JSON, each order with the technician who has it.

    Pages go by zone and technician, then as the orders were made, and so does the list on the cover.
    """
    named = in_turn(orders)
    zones = zone_places(Zone.objects.all())
    with paper_language():
        return {
            "title": _("Retention work orders"),
            "labels": _order_labels(),
            "header": [_("Work order"), _("Due"), _("Customer"), _("Address")],
            "groups": [
                [" · ".join(filter(None, key)) or "—", [_row(order) for order in members]]
                for key, members in groupby(named, key=_group)
            ],
            "orders": [_page(order, zones) for order in named],
            "tasks": [str(task.label) for task in Task],
        }


def in_turn(orders: Iterable[WorkOrder]) -> list[WorkOrder]:
    """The orders as the pages of a new batch lie: by zone and technician, then as they were made."""
    return sorted(orders, key=lambda order: (*_group(order), order.pk))


def as_they_lie(batch: PrintBatch, orders: Iterable[WorkOrder]) -> list[WorkOrder]:
    """The `orders` of `batch` as its pages lie, whoever has them by now; last who has no page there."""
    places = {page["number"]: place for place, page in enumerate(batch.contents["orders"])}
    return sorted(orders, key=lambda order: places.get(order.number, len(places)))


def _group(order: WorkOrder) -> tuple[str, str]:
    """By what the pages of a batch lie together: zone and technician."""
    return str(order.zone or ""), str(order.technician or "")


def frame(batch: PrintBatch, orders: Sequence[dict[str, Any]], *, base_url: str) -> dict[str, Any]:
    """What stands around the pages, as JSON: the cover's lines, the footer, and where the QR codes lead."""
    with paper_language():
        return {
            "operator": settings.OPERATOR,
            "footer": f"{batch.number} · {moment(batch.printed_at)} · {batch.printed_by}",
            "cover": _cover(batch, orders),
            "base_url": base_url,
        }


def work_orders_pdf(batch: PrintBatch, *, base_url: str = "", reprint: Reprint | None = None) -> bytes:
    """A cover that lists the batch, then one page for each work order. Printed again: the same bytes, until the
    template changes.

    A `reprint` says on every page that it is one, the how manieth, when and by whom. `base_url`
    ("https://host", no slash at the end) goes before the path in the QR codes of a batch kept without its frame.
    """
    kept = _as_now(batch.contents)
    around = kept.pop("frame", None) or frame(batch, kept["orders"], base_url=base_url)
    orders = [{**order, "qr": _qr(around["base_url"] + order["path"])} for order in kept["orders"]]
    with paper_language():
        values = {
            **kept,
            "orders": orders,
            "number": batch.number,
            "footer": around["footer"],
            "cover": around["cover"],
            "operator": around.get("operator", ""),
            "mark": _mark(reprint) if reprint else "",
        }
        at = reprint.printed_at if reprint else batch.printed_at
        return render("work_orders", values, at=at, tagged=False)


def _as_now(kept: dict[str, Any]) -> dict[str, Any]:
    """What a batch says; one kept before there were groups and sketches lists its orders in one group, and one kept
    before a page said why its order goes first has the same words for all."""
    orders = [{"first": kept["labels"]["priority"] if each.get("priority") else "", **each} for each in kept["orders"]]
    if "groups" in kept:
        return {**kept, "orders": orders}
    orders = [{**order, "sketch": None} for order in orders]
    return {
        **kept,
        "orders": orders,
        "header": kept["header"][:4],
        "groups": [["—", [row[:4] for row in kept["rows"]]]],
    }


def _mark(reprint: Reprint) -> str:
    told = {"number": reprint.number, "at": moment(reprint.printed_at), "by": reprint.by_name}
    return _("REPRINT %(number)s · %(at)s · %(by)s") % told


def _order_labels() -> dict[str, str]:
    return {
        "order": _("Work order"),
        "qr": _("QR code of"),
        "sketch": _("Sketch of the address"),
        "note": _("Note"),
        "products": _("Affected products"),
        "tickets": _("Originating tickets"),
        "tasks": _("Xpress tasks carried out"),
        "work": _("Work done, materials and measurements before and after"),
        "arrived": _("Arrived / finished (date and hour)"),
        "technician_signature": _("Signature of the technician"),
        "customer_signature": _("Signature, name and document of the customer"),
    }


def _cover(batch: PrintBatch, orders: Sequence[dict[str, Any]]) -> list[list[str]]:
    again = sum(bool(order.get("earlier")) for order in orders)
    return [
        [_("Printed by"), str(batch.printed_by)],
        [_("Printed at"), moment(batch.printed_at)],
        [_("Work orders"), str(len(orders))],
        [_("Operations centre"), str(batch.operations_center or "")],
        *([[_("Printed before"), str(again)]] if again else []),
    ]


def _row(order: WorkOrder) -> list[str]:
    due = moment(orders_now.due_then(order))
    if wanted := _wanted(order):
        due = _("from %(hour)s, until %(due)s") % {"hour": moment(wanted.until), "due": due}
    return [order.number, due, order.customer.name, order.customer.address or "—"]


def _wanted(order: WorkOrder) -> Pause | None:
    """The pause in which the customer asked for the hour that holds."""
    pause = orders_now.last_pause(order)
    return pause if pause is not None and pause.wanted_at is not None else None


def _page(order: WorkOrder, zones: Sequence[Place]) -> dict[str, Any]:
    return {
        "number": order.number,
        "activity": f"{order.activity_code} {order.activity_name}",
        "path": order_path(order.number),
        "first": _first(order),
        "earlier": _earlier(order),
        "fields": _order_fields(order),
        "note": order.note,
        "products": [f"{product.offering.name} · {product.number}" for product in order.products.all()],
        "tickets": [ticket_line(ticket) for ticket in order.tickets.all()] or ["—"],
        "sketch": _sketch(order, zones),
    }


def _first(order: Any) -> str:
    """What marks a page whose order goes before others, and why where a visit went before; empty for the rest."""
    if not order.priority:
        return ""
    return _("PRIORITY: follows a visit that did not solve it") if order.is_repeat else _("PRIORITY")


def _earlier(order: WorkOrder) -> str:
    """What marks a page whose order another batch has printed already; empty for the first print."""
    before = [f"{batch.number} ({moment(batch.printed_at)})" for batch in order.print_batches.all()]
    return _("PRINTED BEFORE: %(batches)s") % {"batches": ", ".join(before)} if before else ""


def _sketch(order: WorkOrder, zones: Sequence[Place]) -> dict[str, Any] | None:
    """The sketch of the address as JSON; None where neither customer nor zone has a place."""
    drawn = sketch_of(order, zones)
    if drawn is None:
        return None
    inexact = "" if drawn.exact else _("The exact place is not known: the middle is that of the zone.")
    return {
        "rings": [[ring.radius, ring.label] for ring in drawn.rings],
        "marks": [list(dataclasses.astuple(mark)) for mark in drawn.marks],
        "to": [drawn.to.x, drawn.to.y] if drawn.to else None,
        "caption": inexact or drawn.nearest,
    }


def sketch_of(order: WorkOrder, zones: Sequence[Place]) -> Sketch | None:
    """Where the order's customer lives, else the middle of the zone; None where neither has a place."""
    customer, zone = order.customer, order.zone
    if customer.latitude is not None and customer.longitude is not None:
        points = chain_places(product.network_point for product in order.products.all())
        return sketch(Place("home", customer.address, customer.latitude, customer.longitude), zones, points)
    if zone is not None and zone.latitude is not None and zone.longitude is not None:
        return sketch(Place("home", zone.name, zone.latitude, zone.longitude), zones, exact=False)
    return None


def ticket_line(ticket: TroubleTicket) -> str:
    """A ticket as the work order names it, with its state."""
    return " · ".join((*ticket_head(ticket), ticket.get_status_display()))


def ticket_head(ticket: TroubleTicket) -> tuple[str, ...]:
    """What papers say of a ticket: number, what the customer suffers where somebody asked, when, on which product."""
    suffered = str(dict(TroubleTicket.Symptom.choices).get(ticket.symptom, ticket.symptom))
    return (ticket.number, *filter(None, [suffered]), moment(ticket.opened_at), ticket.product.number)


def _order_fields(order: WorkOrder) -> list[list[Any]]:
    customer, sold = order.customer, order.product_order
    due, wanted = orders_now.due_then(order), _wanted(order)
    hours = round((due - order.created_at).total_seconds() / HOUR)
    later = [[_("Not before"), f"{moment(wanted.until)} · {wanted.words}"]] if wanted else []
    contact = phone(order.contact_phone)
    others = [other for known in customer.phones.all() if (other := phone(known.number)) != contact]
    return [
        field(str(customer.get_kind_display()), f"{customer.name} · {customer.number}"),
        *later,
        [_("Due"), f"{moment(due)} ({hours} h)"],
        field(_("Address"), customer.address),
        [_("Zone"), str(order.zone or "")],
        [_("Contact phone"), contact],
        [_("Other phones"), ", ".join(others)],
        [_("Activity"), f"{order.activity_code} {order.activity_name}"],
        [_("Payment terms"), sold.payment_terms],
        [_("Amount to charge"), amount(sold.price)],
        [_("Technician"), str(order.technician or "")],
        [_("Retention case"), order.case_number],
        [_("Product order"), sold.number],
    ]


def _qr(text: str) -> list[int]:
    """The QR code of `text` as the bytes of a PNG, a pixel a module, with a quiet zone and medium error correction.

    The mask is given: any one can be read, and choosing among all eight takes three times as long.
    """
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=QR_MASK, boost_error=False).save(drawn, kind="png", border=2)
    return list(drawn.getvalue())
