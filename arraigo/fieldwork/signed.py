"""What a visit left signed (8.1): frozen as JSON when it is signed, and printed from that ever after.

Pictures stand in it by their SHA-256, which the kept bytes are held against.
"""

import hashlib
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from arraigo.documents.rendering import render
from arraigo.documents.values import amount, field, moment, number, paper_language, phone
from arraigo.eventlog.papers import PaperChanged
from arraigo.fieldwork import details
from arraigo.fieldwork.documents import ticket_head
from arraigo.fieldwork.models import Attachment, Measurement, NotSolved, Paper, Photo, SignedPaper, Task, Visit
from arraigo.fieldwork.pictures import drawing
from arraigo.tickets.models import TroubleTicket

SIGNATURE_MM = 28
PHOTO_MM = 60
WITH_PHOTOS = (Paper.SERVICE_REPORT, Paper.FAULT_REPORT)


def freeze(
    papers: Sequence[SignedPaper], tickets: Sequence[TroubleTicket] | None = None, working: Sequence[str] = ()
) -> None:
    """Give the papers of one visit, signed or refused, what they say, as JSON (not saved). Four queries.

    `tickets` are what the visit was about, with their products; those that led to its order, where None.
    `working` are the services that were confirmed as working, one by one.
    """
    visit, wanted = papers[0].visit, {paper.paper for paper in papers}
    with paper_language():
        work = {**_work(visit, working), **_readings(visit), **_materials(visit)}
        faults = _faults(visit, tickets) if Paper.FAULT_REPORT in wanted else []
        photos = _photos(visit) if wanted & set(WITH_PHOTOS) else []
        for paper in papers:
            paper.contents = {
                **work,
                **_head(paper, visit),
                "note": visit.work_order.note if paper.paper == Paper.WORK_ORDER else "",
                "faults": faults if paper.paper == Paper.FAULT_REPORT else [],
                "photos": photos if paper.paper in WITH_PHOTOS else [],
            }


def _head(signed: SignedPaper, visit: Visit) -> dict[str, Any]:
    """What tells one paper from the others, and its proof."""
    picture, title = signed.signature or signed.photo, str(Paper(signed.paper).label)
    assert picture is not None  # the database holds one of the two
    return {
        "operator": settings.OPERATOR,
        "title": title,
        "number": signed.number,
        "subtitle": f"{visit.work_order.number} · {moment(signed.at)}",
        "footer": f"{title} {signed.number} · SHA-256 {picture.sha256[:16]}",
        "proof": {"picture": picture.sha256, **_proof(signed, picture)},
    }


def _work(visit: Visit, working: Sequence[str]) -> dict[str, Any]:
    return {
        "labels": _visit_labels(),
        "fields": _visit_fields(visit, working),
        "tasks": [[str(task.label), task.value in visit.tasks, _details(visit, task)] for task in Task],
        "findings": visit.findings,
    }


def pdf(signed: SignedPaper) -> bytes:
    """The frozen paper as PDF/A-2b, the same bytes each time. Raises PaperChanged for another picture."""
    return pdfs([signed])[0]


def pdfs(papers: Sequence[SignedPaper], known: Sequence[Attachment] = ()) -> list[bytes]:
    """As `pdf`, for several papers; their pictures are read together, but for those that are `known`."""
    named = set().union(*(pictures_of(paper.contents or {}) for paper in papers))
    missing = named - {picture.sha256 for picture in known}
    pictures = [*known, *(Attachment.objects.filter(sha256__in=missing) if missing else ())]
    return [_pdf(paper, pictures) for paper in papers]


def _pdf(signed: SignedPaper, pictures: Sequence[Attachment]) -> bytes:
    kept = signed.contents
    assert kept is not None  # see `actions.keep_paper`
    named = pictures_of(kept)
    drawn = {picture.sha256: _drawn(picture, signed) for picture in pictures if picture.sha256 in named}
    if named - drawn.keys():
        raise PaperChanged(signed.number)
    values = {
        **kept,
        "photos": [[drawn[sha256], caption] for sha256, caption in kept["photos"]],
        "proof": {**kept["proof"], "picture": drawn[kept["proof"]["picture"]]},
    }
    return render("signed_paper", values, at=signed.at, pdf_standard="a-2b")


def pictures_of(kept: dict[str, Any]) -> set[str]:
    """The pictures of a frozen paper, by their SHA-256."""
    return {kept["proof"]["picture"], *(sha256 for sha256, _caption in kept["photos"])}


def _drawn(picture: Attachment, signed: SignedPaper) -> str:
    content = bytes(picture.content)
    if hashlib.sha256(content).hexdigest() != picture.sha256:
        raise PaperChanged(signed.number)
    return drawing(content, picture.content_type)


def _details(visit: Visit, task: Task) -> str:
    return " · ".join(details.told(task.value, visit.details)) if task.value in visit.tasks else ""


def _faults(visit: Visit, tickets: Sequence[TroubleTicket] | None) -> list[str]:
    """The tickets without their state: it is that of before the signature, which resolves them."""
    if tickets is None:
        tickets = list(visit.work_order.tickets.select_related("product").order_by("opened_at", "id"))
    return [" · ".join(filter(None, (*ticket_head(ticket), ticket.description))) for ticket in tickets]


def _photos(visit: Visit) -> list[list[str]]:
    """The photos of the work by SHA-256, each with its moment."""
    kept = visit.work_order.photos.exclude(moment=Photo.Moment.REFUSAL).select_related("attachment")
    kept = kept.defer("attachment__content")
    return [[photo.attachment.sha256, f"{photo.get_moment_display()} · {moment(photo.added_at)}"] for photo in kept]


def _visit_labels() -> dict[str, str]:
    return {
        "note": _("Note"),
        "faults": _("Originating tickets"),
        "photos": _("Photos"),
        "tasks": _("Xpress tasks carried out"),
        "measurements": _("Measurements"),
        "materials": _("Materials"),
        "findings": _("What was found"),
    }


def _visit_fields(visit: Visit, working: Sequence[str]) -> list[list[Any]]:
    order = visit.work_order
    sold, products = order.product_order, order.products.all()
    return [
        field(str(order.customer.get_kind_display()), f"{order.customer.name} · {order.customer.number}"),
        [_("Contact phone"), phone(order.contact_phone)],
        field(_("Address"), order.customer.address),
        [_("Zone"), str(order.zone or "")],
        [_("Activity"), f"{order.activity_code} {order.activity_name}"],
        [_("Payment terms"), f"{sold.payment_terms} · {amount(sold.price)}"],
        [_("Retention case"), order.case_number],
        [_("Product order"), sold.number],
        [_("Technician"), str(visit.technician)],
        [_("Arrived / finished"), f"{moment(visit.arrived_at)} – {moment(visit.finished_at)}"],
        [_("Result"), _("Solved") if visit.solved else _("Not solved on site")],
        *([] if visit.solved else [[_("Not solved because"), _cause(visit)]]),
        *([[_("Not measured"), str(visit.get_not_measured_display())]] if visit.not_measured else []),
        field(_("Affected products"), "; ".join(str(product) for product in products)),
        *([field(_("Left working"), "; ".join(working))] if working else []),
    ]


def _cause(visit: Visit) -> str:
    return str(dict(NotSolved.choices).get(visit.cause, visit.cause))


def _readings(visit: Visit) -> dict[str, Any]:
    readings = visit.measurements.select_related("product__offering").order_by("id")
    return {
        "measurement_header": [_("Product"), _("Reading"), _("Before"), _("After"), _("Service works")],
        "measurements": [[*_reading(reading), _works(visit, reading)] for reading in readings],
    }


def _reading(reading: Measurement) -> list[str]:
    return [
        str(reading.product),
        f"{reading.name} ({reading.unit})",
        number(reading.before),
        number(reading.after),
    ]


def _works(visit: Visit, reading: Measurement) -> str:
    """Whether the service was left working; a visit that did not solve it confirmed none."""
    if not visit.solved:
        return "—"
    return _("Yes") if reading.working else _("No")


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
    title = _("Nobody was there to sign") if signed.signer_absent else _("The customer refused to sign")
    return {"title": title, "height_mm": PHOTO_MM, "fields": [why, at, evidence]}
