"""The bell: how many notices wait, their list once it is opened, and their page."""

import html
import re

from django.urls import reverse

from arraigo.customers.index import reindex
from arraigo.messages.actions import notify
from arraigo.orders.actions import cancel_open
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from tests.cast import Cast, Walk
from tests.web.conftest import Desk, signed_in


def test_the_bell_counts_opens_and_is_emptied(cast: Cast) -> None:
    advisor = cast[Role.ADVISOR]
    client, bell = signed_in(advisor), {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?q=1"}
    for number in range(11):
        notify(advisor, "control.failed", {"case": f"RET-{number:02}"})
    notify(cast[Role.TEAM_LEAD], "control.failed", {"case": "RET-99"})
    page = client.get(reverse("search")).content.decode()
    assert '<span class="badge bg-red menu-count">9+</span>' in page
    assert "RET-10" not in page, "the list comes when the bell is opened"

    opened = client.get(reverse("notices"), headers=bell).content.decode()
    assert [f"RET-{number:02}" in opened for number in (10, 3, 2)] == [True, True, False]
    assert "Todos los avisos" in opened
    assert 'name="back" value="/customers/"' in opened
    whole = client.get(reverse("notices")).content.decode()
    assert "RET-10" in whole
    assert "RET-99" not in whole

    newest = advisor.notices.latest("id").pk
    notify(advisor, "control.failed", {"case": "RET-11"})
    done = client.post(reverse("notices_read"), {"newest": newest, "back": "/customers/"})
    assert (done.status_code, done["Location"]) == (302, "/customers/")
    assert advisor.notices.get(read_at=None).data["case"] == "RET-11", "what came since was not seen"
    assert cast[Role.TEAM_LEAD].notices.filter(read_at=None).count() == 1
    for bad in ("", "x", "9" * 30, "0"):
        assert client.post(reverse("notices_read"), {"newest": bad}).status_code == 302
    assert advisor.notices.filter(read_at=None).count() == 1


def test_the_page_keeps_what_was_read_sorts_filters_and_exports(cast: Cast) -> None:
    advisor, walk = cast[Role.ADVISOR], Walk(cast.household())
    client, address = signed_in(advisor), reverse("notices")
    reindex([walk.case.customer])
    for number in range(25):
        notify(advisor, "control.failed", {"case": f"RET-{number:02}"}, f"RET-{number:02}")
    notify(advisor, "work_item.assigned", {"case": walk.case.number}, walk.case.number)
    notify(cast[Role.TEAM_LEAD], "control.failed", {"case": "RET-99"}, "RET-99")
    first = advisor.notices.get(case_number="RET-24")
    client.post(reverse("notice_read", args=[first.pk]), {"back": address})

    def shown(query: str) -> list[str]:
        return [notice.case_number for notice in client.get(f"{address}?{query}").context["list"].rows]

    def every(query: str) -> list[str]:
        return shown(query) + shown(f"{query}&page=2")

    second = f"{address}?sort=case&page=2"
    assert f'name="back" value="{html.escape(second)}"' in client.get(second).content.decode()
    assert every("clear=1")[-1] == "RET-24", "what is not read yet comes first"
    assert "RET-99" not in every("clear=1")
    assert "RET-24" not in every("unread=on")
    assert shown("sort=case")[:2] == ["RET-00", "RET-01"]
    assert shown("words=RET-07") == ["RET-07"]
    assert shown(f"words={walk.case.customer.name}") == [walk.case.number]
    assert len(shown("")) > 1, "words are not kept"
    rows = client.get(f"{address}?words=&sort=-case&export=csv").content.decode("utf-8-sig").splitlines()
    assert (len(rows), "RET-99" in "".join(rows)) == (27, False)
    assert client.get(f"{address}?export=xlsx").content[:2] == b"PK"


def test_a_notice_of_what_was_taken_away_leads_to_no_case(cast: Cast) -> None:
    advisor = cast[Role.ADVISOR]
    for kind in ("control.failed", "case.taken_over", "work_order.taken"):
        notify(advisor, kind, {"to": "Luis", "order": "OT-1"}, f"RET-{kind}")
    client = signed_in(advisor)
    for headers in ({}, {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/"}):
        page = client.get(reverse("notices"), headers=headers).content.decode()
        assert re.findall(r'href="/cases/RET-([^/"]+)/"', page) == ["control.failed"]


def test_a_stuck_command_leads_to_the_commands(cast: Cast) -> None:
    admin = cast[Role.ADMINISTRATOR]
    notify(admin, "command.stuck", {"kind": "work_order.create"}, "RET-1")
    notify(admin, "control.failed", {"case": "RET-2"}, "RET-2")
    client, commands = signed_in(admin), f'href="{reverse("administration_commands")}"'
    bell = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/"}
    assert client.get(reverse("notices"), headers=bell).content.decode().count(commands) == 1
    assert client.get(reverse("notices")).content.decode().partition("<main")[2].count(commands) == 1


def test_an_amount_is_told_as_it_is_written_here(cast: Cast) -> None:
    advisor = cast[Role.ADVISOR]
    notify(advisor, "offer.approved", {"case": "RET-1", "amount": "1345.50"})
    assert "Bs\N{NO-BREAK SPACE}1.345,50 " in signed_in(advisor).get(reverse("notices")).content.decode()


def test_a_technician_reads_notices_on_the_phone_and_goes_to_the_visit(desk: Desk) -> None:
    order, phone = WorkOrder.objects.get(), signed_in(desk.cast[Role.TECHNICIAN])
    visit = reverse("visit", args=[order.number])
    home = phone.get(reverse("visits")).content.decode()
    assert f'href="{reverse("notices")}"' in home
    assert '<span class="badge bg-red menu-count">1</span>' in home
    assert f'href="{visit}"' in phone.get(reverse("notices")).content.decode()
    cancel_open(order.case_number, actor=desk.cast[Role.ADVISOR])
    told = phone.get(reverse("notices")).content.decode()
    assert "ya no vaya a esa visita" in told
    assert f'href="{visit}"' not in told
    assert "Esta orden fue anulada" in phone.get(visit).content.decode()
