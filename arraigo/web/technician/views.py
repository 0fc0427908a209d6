"""The technician's first screen: the next visit, its countdown, the others (steps 7 and 8)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from arraigo.people.models import Role
from arraigo.web.access import staff, user_of
from arraigo.web.technician import access


@require_GET
@staff(Role.TECHNICIAN)
def visits(request: HttpRequest) -> HttpResponse:
    """The technician's open orders, the next one first, each with its task."""
    return render(request, "technician/visits.html", {"visits": access.visits(user_of(request))})
