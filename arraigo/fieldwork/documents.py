"""The papers of field work as PDF: batches of work orders (step 6), and what a visit left signed (8.1)."""

import io
from textwrap import wrap
from typing import Any

import segno
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from arraigo.documents.rendering import render
from arraigo.documents.values import amount, moment, number, paper_language, phone
from arraigo.fieldwork.models import Attachment, Measurement, Paper, PrintBatch, SignedPaper, Task, Visit
from arraigo.fieldwork.pictures import drawing
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.products.models import Product
from arraigo.tickets.models import TroubleTicket

HOUR = 3600
SIGNATURE_MM = 28
PHOTO_MM = 60


def order_path(order_number: str) -> str:
    """The path of a work order's page, as its QR code holds it."""
    return f"/ot/{order_number}/"


def contents(orders: QuerySet[WorkOrder], technician: User | None = None) -> dict[str, Any]:
    """What a batch of `orders` says on paper, as JSON; a `technician` is named on every order.

    Pages go by zone, then as the orders were made.
    """
    together = orders.select_related("customer", "zone", "technician", "product_order").prefetch_related(
        Prefetch("products", Product.objects.select_related("offering")),
        Prefetch("tickets", TroubleTicket.objects.select_related("product")),
        "customer__phones",
    )
    by_zone = sorted(together, key=lambda order: (str(order.zone or ""), order.pk))
    with paper_language():
        return {
            "title": _("Retention work orders"),
            "labels": _order_labels(),
            "header": [_("Work order"), _("Due"), _("Customer"), _("Address"), _("Zone"), _("Technician")],
            "rows": [_row(order, technician or order.technician) for order in by_zone],
            "orders": [_page(order, technician or order.technician) for order in by_zone],
            "tasks": [str(task.label) for task in Task],
        }


def work_orders_pdf(batch: PrintBatch, *, base_url: str = "") -> bytes:
    """A cover that lists the batch, then one page for each work order. Printed again: the same bytes.

    `base_url` ("https://host", no slash at the end) goes before the path in the QR codes.
    """
    orders = [{**order, "qr": _qr(base_url + order["path"])} for order in batch.contents["orders"]]
    with paper_language():
        values = {
            **batch.contents,
            "orders": orders,
            "number": batch.number,
            "footer": f"{batch.number} · {moment(batch.printed_at)} · {batch.printed_by}",
            "cover": _cover(batch, len(orders)),
        }
        return render("work_orders", values, at=batch.printed_at)


def signed_paper_pdf(signed: SignedPaper) -> bytes:
    """A signed (or refused) paper of a visit with its picture and measurements, as PDF/A-2b."""
    visit = signed.visit
    picture = signed.signature or signed.photo
    assert picture is not None  # the database holds one of the two
    with paper_language():
        title = str(Paper(signed.paper).label)
        values = {
            "title": title,
            "number": signed.number,
            "subtitle": f"{visit.work_order.number} · {moment(signed.at)}",
            "footer": f"{title} {signed.number} · SHA-256 {picture.sha256[:16]}",
            "labels": _visit_labels(),
            "fields": _visit_fields(visit),
            "note": visit.work_order.note if signed.paper == Paper.WORK_ORDER else "",
            "tasks": [[str(task.label), task.value in visit.tasks] for task in Task],
            "findings": visit.findings,
            "proof": {"picture": drawing(bytes(picture.content), picture.content_type), **_proof(signed, picture)},
            **_readings(visit),
            **_materials(visit),
        }
        return render("signed_paper", values, at=signed.at, pdf_standard="a-2b")


def _order_labels() -> dict[str, str]:
    return {
        "order": _("Work order"),
        "qr": _("QR code of"),
        "priority": _("PRIORITY: follows a visit that did not solve it"),
        "note": _("Note"),
        "products": _("Affected products"),
        "tickets": _("Originating tickets"),
        "tasks": _("Xpress tasks carried out"),
        "work": _("Work done, materials and measurements before and after"),
        "arrived": _("Arrived / finished (date and hour)"),
        "technician_signature": _("Signature of the technician"),
        "customer_signature": _("Signature, name and document of the customer"),
    }


def _cover(batch: PrintBatch, count: int) -> list[list[str]]:
    return [
        [_("Printed by"), str(batch.printed_by)],
        [_("Printed at"), moment(batch.printed_at)],
        [_("Work orders"), str(count)],
        [_("Operations centre"), str(batch.operations_center or "")],
    ]


def _row(order: WorkOrder, technician: User | None) -> list[str]:
    return [
        order.number,
        moment(order.due_at),
        order.customer.name,
        order.customer.address or "—",
        str(order.zone or "—"),
        str(technician or "—"),
    ]


def _page(order: WorkOrder, technician: User | None) -> dict[str, Any]:
    return {
        "number": order.number,
        "activity": f"{order.activity_code} {order.activity_name}",
        "path": order_path(order.number),
        "priority": order.priority > 0,
        "fields": _order_fields(order, technician),
        "note": order.note,
        "products": [f"{product.offering.name} · {product.number}" for product in order.products.all()],
        "tickets": [_ticket(ticket) for ticket in order.tickets.all()] or ["—"],
    }


def _ticket(ticket: TroubleTicket) -> str:
    told = (ticket.number, moment(ticket.opened_at), ticket.product.number, ticket.get_status_display())
    return " · ".join(str(part) for part in told)


def _order_fields(order: WorkOrder, technician: User | None) -> list[list[str]]:
    customer, sold = order.customer, order.product_order
    hours = round((order.due_at - order.created_at).total_seconds() / HOUR)
    phones = [phone(known.number) for known in customer.phones.all()]
    return [
        [str(customer.get_kind_display()), f"{customer.name} · {customer.number}"],
        [_("Due"), f"{moment(order.due_at)} ({hours} h)"],
        [_("Address"), customer.address],
        [_("Zone"), str(order.zone or "")],
        [_("Contact phone"), phone(order.contact_phone)],
        [_("Other phones"), ", ".join(other for other in phones if other != phone(order.contact_phone))],
        [_("Activity"), f"{order.activity_code} {order.activity_name}"],
        [_("Payment terms"), sold.payment_terms],
        [_("Amount to charge"), amount(sold.price)],
        [_("Technician"), str(technician or "")],
        [_("Retention case"), order.case_number],
        [_("Product order"), sold.number],
    ]


def _qr(text: str) -> str:
    """An SVG of the QR code of `text`, with a quiet zone and medium error correction."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()


def _visit_labels() -> dict[str, str]:
    return {
        "note": _("Note"),
        "tasks": _("Xpress tasks carried out"),
        "measurements": _("Measurements"),
        "materials": _("Materials"),
        "findings": _("What was found"),
    }


def _visit_fields(visit: Visit) -> list[list[str]]:
    order = visit.work_order
    return [
        [str(order.customer.get_kind_display()), f"{order.customer.name} · {order.customer.number}"],
        [_("Address"), order.customer.address],
        [_("Activity"), f"{order.activity_code} {order.activity_name}"],
        [_("Zone"), str(order.zone or "")],
        [_("Technician"), str(visit.technician)],
        [_("Arrived / finished"), f"{moment(visit.arrived_at)} – {moment(visit.finished_at)}"],
        [_("Result"), _("Solved") if visit.solved else _("Not solved on site")],
        [_("Amount to charge"), amount(order.product_order.price)],
    ]


def _readings(visit: Visit) -> dict[str, Any]:
    readings = visit.measurements.select_related("product__offering").order_by("id")
    return {
        "measurement_header": [_("Product"), _("Reading"), _("Before"), _("After"), _("Service works")],
        "measurements": [_reading(reading) for reading in readings],
    }


def _reading(reading: Measurement) -> list[str]:
    return [
        str(reading.product),
        f"{reading.name} ({reading.unit})",
        number(reading.before),
        number(reading.after),
        _("Yes") if reading.working else _("No"),
    ]


def _materials(visit: Visit) -> dict[str, Any]:
    return {
        "material_header": [_("Material"), _("Quantity"), _("Unit")],
        "materials": [[used["name"], number(used["quantity"]), used["unit"]] for used in visit.materials],
    }


def _proof(signed: SignedPaper, picture: Attachment) -> dict[str, Any]:
    """The picture's title and size on paper, and who signed or why nobody did."""
    at, evidence = [_("Date and hour"), moment(signed.at)], ["SHA-256", " ".join(wrap(picture.sha256, 16))]
    if signed.signature is not None:
        who = [[_("Signed by"), signed.signer_name], [_("Identity document"), signed.signer_document]]
        return {
            "title": _("Signature of the customer"),
            "height_mm": SIGNATURE_MM,
            "fields": [*who, at, evidence],
        }
    why = [_("Reason"), signed.refusal_reason]
    return {"title": _("The customer refused to sign"), "height_mm": PHOTO_MM, "fields": [why, at, evidence]}
