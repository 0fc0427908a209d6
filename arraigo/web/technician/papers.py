"""The papers of a visit: for staff, and the customer's copy behind a link of its own."""

import io

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from arraigo.eventlog.papers import PaperChanged
from arraigo.fieldwork import actions, copies, queries
from arraigo.fieldwork.errors import CopyExpired, CopyUnknown
from arraigo.fieldwork.models import SignedPaper
from arraigo.people.models import Role
from arraigo.web import replies
from arraigo.web.access import CASE_READERS, staff, user_of
from arraigo.web.cases import access as cases
from arraigo.web.technician import access


@require_GET
@staff(Role.TECHNICIAN)
def visit_papers(request: HttpRequest, number: str) -> HttpResponse:
    """After the signature: the papers, and the link for the customer as QR code."""
    order = access.order(user_of(request), number)
    link = request.build_absolute_uri(copies.path(order))
    context = {
        "order": order,
        "papers": queries.papers_of_order(order.pk),
        "link": link,
        "qr": qr(link),
    }
    return render(request, "technician/papers.html", context)


@require_GET
@staff(*CASE_READERS, Role.TECHNICIAN)
@cache_control(private=True, no_store=True)
def signed_paper(request: HttpRequest, number: str, paper: str) -> HttpResponse:
    """One signed paper of an order as PDF/A."""
    order = cases.work_order(user_of(request), number)
    return pdf(request, queries.papers_of_order(order.pk).filter(number=paper).first())


@require_GET
@cache_control(private=True, no_store=True)
def paper_copy(request: HttpRequest, token: str) -> HttpResponse:
    """The customer's page: the papers of one visit, without signing in, until the link ends."""
    try:
        number, until = copies.order_of(token)
    except (CopyExpired, CopyUnknown) as refusal:
        return render(request, "technician/copy_ended.html", {"why": str(refusal)}, status=404)
    papers = queries.papers_of_order_number(number)
    return render(request, "technician/copy.html", {"papers": papers, "token": token, "until": until})


@require_GET
@cache_control(private=True, no_store=True)
def paper_copy_pdf(request: HttpRequest, token: str, paper: str) -> HttpResponse:
    """One paper of the customer's copy as PDF/A."""
    try:
        number, _until = copies.order_of(token)
    except (CopyExpired, CopyUnknown) as refusal:
        return render(request, "technician/copy_ended.html", {"why": str(refusal)}, status=404)
    return pdf(request, queries.papers_of_order_number(number).filter(number=paper).first())


def pdf(request: HttpRequest, signed: SignedPaper | None) -> HttpResponse:
    """The paper to read or keep, as it was signed; 404 for none, 409 with a sentence where it was changed."""
    if signed is None:
        raise Http404
    try:
        content = queries.paper_pdf(actions.keep_paper(signed))
    except PaperChanged as refusal:
        return replies.refused(request, refusal)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{signed.number}.pdf"'
    response["X-Robots-Tag"] = "noindex"
    return response


def qr(link: str) -> SafeString:
    """The QR code of `link` as inline SVG; segno writes it, nothing of a person's stands in it."""
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawn, kind="svg", border=2, xmldecl=False, svgns=False, omitsize=True
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - drawn here, from numbers
