"""The morning list's pages: the list, the call, and the proactive case."""

from urllib.parse import quote

from django.urls import reverse

from arraigo import clock
from arraigo.people.models import Membership, Role, User
from arraigo.procedure import queries as procedures
from arraigo.retention import proactive
from arraigo.retention.models import ProactiveCall, RetentionCase
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
    page = ana.get(reverse("morning_list")).content.decode()
    assert reverse("morning_call", args=["1"]) not in page
    assert f'href="{called["Location"]}"' in page, "the way back to a call that was left"
    ended = ana.post(called["Location"], {"outcome": "case", "note": "Quiere la visita"})
    assert ended["Location"] == reverse("case_new", args=["1"]) + "?proactive=1"
    call.refresh_from_db()
    assert (call.outcome, call.note) == ("case", "Quiere la visita")
    assert called["Location"] not in ana.get(reverse("morning_list")).content.decode()
    form = ana.get(ended["Location"]).context["form"]
    assert (form["words"].value(), form["reason"].value()) == ("Quiere la visita", "faults")
    form = ana.get(reverse("case_new", args=["1"])).context["form"]
    assert (form["words"].value(), form["reason"].value()) == (None, None), "at a request the customer says why"


def test_the_address_says_who_called_not_what_was_typed_at_another_call(cast: Cast) -> None:
    """A form left unsent, at a call of ours or at a request, does not turn the other into one of its kind."""
    home = cast.household("1")
    ana, asked_for = signed_in(cast[Role.ADVISOR]), reverse("case_new", args=["1"])
    we_called = asked_for + "?proactive=1"
    answers = {
        "channel": "phone", "words": "Se corta", "reason": "price", "products": [home.internet.pk],
        "contact_phone": "+59170000001", "address": "Calle Uno 1", "zone": cast.zone.pk,
    }  # fmt: skip
    for left in ("True", "False"):
        ana.post(reverse("draft_keep"), {**answers, "page": asked_for, "proactive": left})
        assert [ana.get(path).context["proactive"] for path in (asked_for, we_called)] == [False, True]
        assert [ana.get(path).context["form"].is_bound for path in (asked_for, we_called)] == [True, False]
    ana.cookies.pop("sessionid")
    expired = ana.post(we_called, {**answers, "words": "Dijo su hija", "page": we_called})
    assert expired["Location"].endswith(quote(we_called))  # after the sign-in it is still a call of ours
    ana.force_login(cast[Role.ADVISOR])
    words = [ana.get(path).context["form"]["words"].value() for path in (asked_for, we_called)]
    assert words == ["Se corta", "Dijo su hija"]
    assert ana.post(asked_for, {**answers, "proactive": "True"}).status_code == 302
    assert not RetentionCase.objects.get().proactive
    assert ana.post(we_called, answers).status_code == 409
    other = cast.household("2")
    answers |= {"products": [other.internet.pk]}
    assert ana.post(reverse("case_new", args=["2"]) + "?proactive=1", answers).status_code == 302
    assert RetentionCase.objects.get(customer=other.customer).proactive


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
