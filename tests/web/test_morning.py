"""The morning list's pages: the list, the call, and the proactive case."""

from django.urls import reverse

from arraigo import clock
from arraigo.people.models import Membership, Role, User
from arraigo.procedure import queries as procedures
from arraigo.retention import proactive
from arraigo.retention.models import ProactiveCall
from tests.cast import Cast
from tests.web.conftest import signed_in
from tests.web.test_query_counts import asked


def refresh() -> None:
    proactive.refresh(procedures.current_policy(), clock.now())


def test_a_call_becomes_a_proactive_case(cast: Cast) -> None:
    home = cast.household("1")
    home.repeated_faults()
    refresh()
    ana = signed_in(cast[Role.ADVISOR])
    page = ana.get(reverse("morning_list")).content.decode()
    assert all(words in page for words in ("Socia 1", "R-00001", "R-00002", "300,00"))
    called = ana.post(reverse("morning_call", args=["1"]))
    call = ProactiveCall.objects.get()
    assert called["Location"] == reverse("proactive_call", args=[call.pk])
    assert "Socia 1" not in ana.get(reverse("morning_list")).content.decode()
    ended = ana.post(called["Location"], {"outcome": "case", "note": "Quiere la visita"})
    assert ended["Location"] == reverse("case_new", args=["1"]) + "?proactive=1"
    call.refresh_from_db()
    assert (call.outcome, call.note) == ("case", "Quiere la visita")


def test_an_outcome_must_be_chosen_and_the_note_stays(cast: Cast) -> None:
    home = cast.household("1")
    call = proactive.call(home.customer, actor=cast[Role.ADVISOR])
    answer = signed_in(cast[Role.ADVISOR]).post(reverse("proactive_call", args=[call.pk]), {"note": "Habló su hija"})
    assert answer.status_code == 400
    assert "Habló su hija" in answer.content.decode()


def test_a_second_advisor_is_told_and_sees_no_call_of_another(cast: Cast) -> None:
    home = cast.household("1")
    call = proactive.call(home.customer, actor=cast[Role.ADVISOR])
    beto = User.objects.create(username="beto")
    Membership.objects.create(user=beto, role=Role.ADVISOR, unit=cast.team)
    client = signed_in(beto)
    answer = client.post(reverse("morning_call", args=["1"]), follow=True)
    assert str(cast[Role.ADVISOR]) in answer.content.decode()
    assert client.get(reverse("proactive_call", args=[call.pk])).status_code == 404
    assert signed_in(cast[Role.TEAM_LEAD]).get(reverse("proactive_call", args=[call.pk])).status_code == 200


def test_the_morning_list_grows_without_more_queries(cast: Cast) -> None:
    client, path = signed_in(cast[Role.ADVISOR]), reverse("morning_list")
    cast.household("1").repeated_faults()
    refresh()
    one = asked(client, path)
    for number in range(2, 8):
        cast.household(str(number)).repeated_faults()
    refresh()
    assert asked(client, path) == one <= 14
