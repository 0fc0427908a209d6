"""Keys that no record can have: an address that does not exist, or a choice that is none; never an error page."""

import pytest
from django.db import transaction
from django.urls import reverse

from arraigo.people.models import Role
from tests.cast import Cast, Walk
from tests.web.conftest import Desk, signed_in

LARGEST, BEYOND = 2**63 - 1, 2**63
HUGE = [BEYOND, 10**18 * 99]


def test_an_address_with_a_key_beyond_64_bit_does_not_exist(desk: Desk) -> None:
    numbers = {
        "notice_read": (Role.ADVISOR, "/notices/{}/read/"),
        "step": (Role.ADVISOR, f"/cases/{desk.walk.case.number}/steps/{{}}/"),
        "procedure_version": (Role.ADVISOR, "/procedure/{}/"),
        "procedure_diagram": (Role.ADVISOR, "/procedure/{}/diagram.bpmn"),
        "control_attempt": (Role.INCIDENT_FOLLOW_UP, "/controls/{}/attempt/"),
        "team_reassign": (Role.TEAM_LEAD, "/team/{}/hand-over/"),
        "administration_command": (Role.ADMINISTRATOR, "/administration/commands/{}/"),
    }
    wrong = {}
    for role, address in numbers.values():
        client = signed_in(desk.cast[role])
        for key in (LARGEST, *HUGE):
            for status in (client.get(address.format(key)).status_code, client.post(address.format(key)).status_code):
                if status not in (404, 405):
                    wrong[address.format(key)] = status
    assert wrong == {}


def test_a_year_that_no_calendar_has_is_refused(cast: Cast) -> None:
    client = signed_in(cast[Role.ADMINISTRATOR])
    for year in (0, 10_000, LARGEST):
        with transaction.atomic():
            status = client.post(f"/administration/holidays/{year}/fill/").status_code
            transaction.set_rollback(True)
        assert status in (302, 404), year
    assert client.get(f"/administration/holidays/?year={'9' * 5000}").status_code == 200


@pytest.mark.parametrize("key", [str(LARGEST), str(BEYOND), "9" * 30, "-1", "x", "²"])
def test_a_product_that_cannot_be_is_refused_at_the_field(cast: Cast, key: str) -> None:
    home = cast.household()
    advisor = signed_in(cast[Role.ADVISOR])
    answers = {"channel": "office", "reason": "faults", "contact_phone": "70000001", "address": "Calle 1",
               "zone": cast.zone.pk, "products": [key]}  # fmt: skip
    opened = advisor.post(reverse("case_new", args=[home.customer.number]), answers)
    assert (opened.status_code, "products" in opened.context["form"].errors) == (400, True)

    walk = Walk(home).go("step_01", "step_02")
    walk("step_11", reason="compensation", demand="termination")
    assert list(walk.errors("termination", products=[key])) == ["products"]


def test_a_colleague_that_cannot_be_is_none(cast: Cast) -> None:
    walk = Walk(cast.household())
    lead = signed_in(cast[Role.TEAM_LEAD])
    path = reverse("team_reassign", args=[walk.item("step_01").pk])
    for key in (str(BEYOND), "9" * 30, "9" * 5000, "²"):
        assert lead.post(path, {"assignee": key}).status_code == 302
    assert walk.item("step_01").assignee == cast[Role.ADVISOR]
