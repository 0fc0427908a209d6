"""The head of team's desk: decisions while the customer waits, and what the team is late with."""

import html

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arraigo.billing.models import Bill, BillLine
from arraigo.people.models import Role, Unit
from arraigo.products.models import Product
from arraigo.retention import amounts, firm_no, sweeps
from arraigo.retention.models import Offer, RetentionCase
from tests.cast import Cast, Walk, credit, moment
from tests.web.conftest import signed_in


def above_authority(cast: Cast, number: str = "100001") -> Walk:
    """Somebody accepted a waiver of Bs 400: the head of team approves it first."""
    home = cast.household(number)
    home.repeated_faults()
    home.priced(home.internet, "400")
    return Walk(home).go("step_01", "step_02", "step_03")


def not_eligible(cast: Cast, number: str = "100002") -> Walk:
    home = cast.household(number)
    home.listing()
    return Walk(home).go("step_01")


def desk(cast: Cast) -> Client:
    return signed_in(cast[Role.TEAM_LEAD])


def decide(client: Client, walk: Walk, element: str, **answers: str) -> int:
    path = reverse("team_decide", args=[walk.item(element).pk])
    return client.post(path, answers).status_code


def test_the_longest_wait_comes_first_and_says_what_it_is_about(cast: Cast) -> None:
    first = not_eligible(cast)
    with moment(hours=0.1):
        second = above_authority(cast)
        queue = desk(cast).get(reverse("team")).context["queue"]
        assert queue[0].waited_seconds == 360
    assert [decision.case for decision in queue] == [first.case, second.case]
    assert "Central" in queue[0].because
    assert [str(offer.amount) for offer in queue[1].offers] == ["400.00"]


def compensation(cast: Cast, number: str = "100003") -> Walk:
    """Somebody accepted Bs 300 for three days that are worth Bs 30: the head of team approves it first."""
    home = cast.household(number)
    home.priced(home.internet, "310")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, days="3", amount="300"))
    return walk


def test_whoever_approves_a_compensation_sees_its_days_and_what_they_are_worth(cast: Cast) -> None:
    walk = compensation(cast)
    told = "3 días, a prorrata Bs\N{NO-BREAK SPACE}30,00"
    assert told in html.unescape(desk(cast).get(reverse("team_queue")).content.decode())
    page = desk(cast).get(reverse("step", args=[walk.case.number, walk.item("approve_12").pk]))
    assert told in html.unescape(page.content.decode())


def test_the_desk_weighs_the_days_of_all_as_the_page_of_each_does(cast: Cast) -> None:
    """In a bundle, on a bill without the product, in a month without a bill; one of its own beside them."""
    bundled, _own, uncharged, unbilled = (compensation(cast, number).case.customer for number in "1234")
    Product.objects.filter(customer=bundled).update(bundle="duo")
    BillLine.objects.filter(bill__customer=uncharged, product__offering=cast.fibre).delete()
    BillLine.objects.filter(bill__customer=unbilled).delete()
    Bill.objects.filter(customer=unbilled).delete()
    Product.objects.filter(customer=unbilled).update(price=620)
    offers = list(Offer.objects.select_related("product__offering").order_by("id"))
    worths = amounts.days_worths(offers)
    assert worths == {
        each.pk: amounts.days_worth(each.product, each.month, each.days)
        for each in offers
        if each.month and each.days is not None
    }
    assert [told.rpartition(" ")[2] for told in worths.values()][1:] == ["30,00", "0,00", "60,00"]
    assert len(set(worths.values())) == 4


def test_one_click_approves_with_its_reason(cast: Cast) -> None:
    walk, client = above_authority(cast), desk(cast)
    assert decide(client, walk, "approve_03", decision="yes", reason="Corresponde") == 302
    assert walk.open == ["step_04"]
    assert walk.case.offers.get().approval_reason == "Corresponde"


def test_the_decisions_are_lists_with_amount_answer_reason_and_wait(cast: Cast) -> None:
    other, client = not_eligible(cast), desk(cast)
    walk = above_authority(cast)
    rows = client.get(reverse("team_decisions") + "?sort=-amount").context["list"].rows
    assert [(row.item.instance.case, str(row.item.amount)) for row in rows] == [
        (walk.case, "400.00"), (other.case, "None"),
    ]  # fmt: skip
    with moment(hours=0.1):
        decide(client, walk, "approve_03", decision="yes", reason="Corresponde")
        decide(client, other, "override", decision="no", reason="Tiene deuda antigua")
    assert client.get(reverse("team_decisions")).context["list"].rows == []
    rows = client.get(reverse("team_decisions_taken") + "?sort=case").context["list"].rows
    assert [(row.well, row.item.reason, row.waited, str(row.item.amount)) for row in rows] == [
        (False, "Tiene deuda antigua", 6, "None"), (True, "Corresponde", 6, "400.00"),
    ]  # fmt: skip
    only = client.get(reverse("team_decisions_taken") + "?about=override").context["list"].rows
    assert [row.item.instance.case for row in only] == [other.case]
    assert "Corresponde" in b"".join(client.get(reverse("team_decisions_taken") + "?export=csv&about=")).decode()


def test_what_was_decided_of_a_case_that_went_to_another_team_is_not_shown(cast: Cast) -> None:
    walk, client = not_eligible(cast), desk(cast)
    decide(client, walk, "override", decision="no", reason="Tiene deuda antigua")
    assert len(client.get(reverse("team_decisions_taken")).context["list"].rows) == 1
    other = Unit.objects.create(code="OTHER", name="Otro equipo", kind=walk.case.team.kind)
    RetentionCase.objects.filter(pk=walk.case.pk).update(team=other)
    assert client.get(reverse("team_decisions_taken")).context["list"].rows == []


def test_one_click_refuses(cast: Cast) -> None:
    walk, client = not_eligible(cast), desk(cast)
    assert decide(client, walk, "override", decision="no", reason="Tiene deuda antigua") == 302
    assert walk.open == ["inform"]


def test_without_a_reason_nothing_is_decided_and_what_was_typed_stays(cast: Cast) -> None:
    walk, client = above_authority(cast), desk(cast)
    path = reverse("team_decide", args=[walk.item("approve_03").pk])
    answer = client.post(path, {"decision": "yes", "reason": ""})
    assert (answer.status_code, walk.open) == (400, ["approve_03"])
    assert answer.context["queue"][0].errors
    answer = client.post(path, {"decision": "perhaps", "reason": "Corresponde"})
    assert (answer.status_code, answer.context["queue"][0].reason) == (400, "Corresponde")


def test_who_comes_second_is_told(cast: Cast) -> None:
    walk, client = above_authority(cast), desk(cast)
    path = reverse("team_decide", args=[walk.item("approve_03").pk])
    walk("approve_03")
    assert client.post(path, {"decision": "no", "reason": "No"}).status_code == 409


def test_the_queue_is_drawn_again_only_where_it_changed(cast: Cast) -> None:
    walk, client = above_authority(cast), desk(cast)
    seen = str(walk.item("approve_03").pk)
    path = reverse("team_queue")
    assert client.get(path, {"seen": seen}).status_code == 204
    not_eligible(cast)
    answer = client.get(path, {"seen": seen})
    assert (answer.status_code, len(answer.context["queue"])) == (200, 2)


def test_what_stands_above_others_says_why_in_the_teams_list_too(cast: Cast) -> None:
    Walk(cast.household("100003", category="vip")).go("step_01")
    shown = desk(cast).get(reverse("team")).content.decode()
    assert '<span class="state state-warning">VIP</span>' in shown.partition("<tbody")[2]


def test_what_the_team_is_late_with(cast: Cast) -> None:
    home = cast.household("100003")
    home.repeated_faults()
    late = Walk(home).go(*(f"step_0{n}" for n in range(1, 7)))
    talking = Walk(cast.household("100004"))
    firm_no.say(talking.case.pk, actor=cast[Role.ADVISOR])
    with moment(hours=25):
        shown = desk(cast).get(reverse("team")).context
        assert [order.case_number for order in shown["late_orders"]] == [late.case.number]
        assert [case for case, meter in shown["meters"] if meter.is_over] == [talking.case]
        assert (as_list(cast, "late_order"), as_list(cast, "firm_no")) == ([late.case], [talking.case])
        late.go("step_07", "step_08")
    with moment(days=6):
        sweeps.wake_due_cases()
    with moment(days=9):
        assert [each.case_number for each in desk(cast).get(reverse("team")).context["overdue_controls"]] == [
            late.case.number
        ]
        assert (as_list(cast, "overdue_control"), as_list(cast, "reopened")) == ([late.case], [])
        late("step_09", verdict="failed", reasons=["goes_on"], answer="Sigue igual")
        assert desk(cast).get(reverse("team")).context["reopened"] == [late.case] == as_list(cast, "reopened")


def as_list(cast: Cast, attention: str) -> list[RetentionCase]:
    """The cases of one of the desk's parts in the list that sorts and exports."""
    rows: list[RetentionCase] = desk(cast).get(reverse("case_list"), {"attention": attention}).context["list"].rows
    return rows


def test_the_desk_grows_without_more_queries(cast: Cast) -> None:
    client = desk(cast)

    def asked() -> int:
        client.get(reverse("team"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("team")).status_code == 200
        return len(queries)

    above_authority(cast, "1"), not_eligible(cast, "2"), compensation(cast, "3")
    one = asked()
    for number in range(4, 7):
        above_authority(cast, f"{number}a"), not_eligible(cast, f"{number}b"), compensation(cast, f"{number}c")
    assert asked() == one <= 25
