"""Photos of a visit: kept one by one as they are taken, shown small, removed by who took a wrong one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork import pictures
from arraigo.fieldwork.models import Photo
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.web import drafts
from arraigo.web.access import CASE_READERS, posted, staff, user_of
from arraigo.web.technician import access, contexts

A_MONTH = 30 * 24 * 3600


def input_name(moment: str) -> str:
    """The name of the file input for photos of `moment`, as the forms of steps 7 and 8 call it."""
    return "photo" if moment == Photo.Moment.REFUSAL else f"photo_{moment}"


@posted
@staff(Role.TECHNICIAN)
def add(request: HttpRequest, number: str, moment: str) -> HttpResponse:
    """Keep the photos sent for one moment of the work. What else was typed stays typed."""
    user = user_of(request)
    order = access.order(user, number)
    error = ""
    sent = request.FILES.getlist(input_name(moment))
    try:
        for file in sent:
            content = pictures.uploaded(file) or b""
            fieldwork.add_photo(order, content, moment=moment, actor=user)
    except RuleBroken as refusal:
        error = str(refusal)
    if not sent:
        error = _("No photo came: take one, or choose one.")
    return _answer(request, order, moment, error)


@posted
@staff(Role.TECHNICIAN)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a photo off the open order."""
    user = user_of(request)
    photo = access.photo(user, pk)
    order, error = access.order(user, photo.work_order.number), ""
    try:
        fieldwork.remove_photo(photo, actor=user)
    except RuleBroken as refusal:
        error = str(refusal)
    return _answer(request, order, photo.moment, error)


@require_GET
@staff(*CASE_READERS, Role.TECHNICIAN)
@cache_control(private=True, max_age=A_MONTH, immutable=True)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo, or a small one with `?small`. It never changes, so the phone keeps it."""
    kept = access.photo(user_of(request), pk).attachment
    content = bytes(kept.content)
    if "small" in request.GET:
        return HttpResponse(pictures.thumbnail(content), content_type="image/jpeg")
    return HttpResponse(content, content_type=kept.content_type)


def _answer(request: HttpRequest, order: WorkOrder, moment: str, error: str) -> HttpResponse:
    """The photos of the moment anew; without JavaScript the page they stand on, with what was typed."""
    if not request.htmx:  # type: ignore[attr-defined]
        if error:
            messages.error(request, error)
        drafts.keep(request)
        page = drafts.page_of(request)
        return redirect(page) if page != request.path else redirect("visit", order.number)
    context: dict[str, Any] = {
        "order": order,
        "moment": moment,
        "name": input_name(moment),
        "label": contexts.PHOTO_LABELS[moment],
        "photos": contexts.photos(order)[moment],
        "error": error,
    }
    return render(request, "technician/photos.html", context, status=400 if error else 200)
