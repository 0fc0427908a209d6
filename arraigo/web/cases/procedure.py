"""The procedure as published: document control, policy values with their sources, diagram."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from arraigo.procedure import policy, queries
from arraigo.procedure.models import ProcedureVersion
from arraigo.web.access import EVERYBODY, staff

A_YEAR = 365 * 24 * 3600


def version_or_404(number: int | None) -> ProcedureVersion:
    """The version of that number, or the current one."""
    if number is None:
        return queries.current_version()
    found = ProcedureVersion.objects.select_related("definition", "published_by").filter(definition__number=number)
    version = found.first()
    if version is None:
        raise Http404
    return version


@require_GET
@staff(*EVERYBODY)
def procedure(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One version: who prepared and approved it, its values with step and reason, its diagram."""
    version = version_or_404(number)
    context = {"version": version, "entries": list(policy.entries(version.policy_text))}
    return render(request, "cases/procedure.html", context)


@require_GET
@staff(*EVERYBODY)
def diagram(request: HttpRequest, number: int) -> HttpResponse:
    """The drawn procedure. A published version never changes, so browsers keep it."""
    version = version_or_404(number)
    response = HttpResponse(version.definition.bpmn, content_type="application/xml")
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response
