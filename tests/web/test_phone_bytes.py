"""What the technician's pages weigh on the wire: out there the signal is poor."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.urls import reverse

from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from tests.web.conftest import Desk, signed_in

PAGE, SHARED = 9_000, 180_000
"""Bytes of one page, and of what all of them share and a phone fetches once; the letters come beside."""


def packed(content: bytes) -> int:
    return len(gzip.compress(content))


def test_pages_of_the_phone_are_light(desk: Desk) -> None:
    phone, number = signed_in(desk.cast[Role.TECHNICIAN]), WorkOrder.objects.get().number
    shared: set[str] = set()
    for element in ("step_07", "step_08"):
        step = reverse("step", args=[desk.walk.case.number, desk.walk.item(element).pk])
        for page in (reverse("visits"), reverse("visit", args=[number]), step):
            content = phone.get(page).content
            assert packed(content) < PAGE, page
            shared |= set(re.findall(r'(?:src|href)="/static/([^"#]+)"', content.decode()))
        desk.walk(element)
    files = [Path(str(finders.find(name))) for name in shared]
    assert "signature.js" in {file.name for file in files}
    assert sum(packed(file.read_bytes()) for file in files) < SHARED
