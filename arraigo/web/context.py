"""What every template may use."""

from typing import Any

from django.http import HttpRequest


def shared(request: HttpRequest) -> dict[str, Any]:
    return {}
