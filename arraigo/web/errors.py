"""What people see when a request cannot be served."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without its proof of origin: nothing was saved; say so and offer the way back."""
    return render(request, "errors/csrf.html", status=403)
