"""The morning list: who is on it, why, in which order, and that nobody is called twice."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arraigo import clock
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention import proactive
from arraigo.retention.errors import CalledToday, CallEnded, CaseOpenAlready
from arraigo.retention.models import ProactiveCall, RetentionCase
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import RepeatFaultFinding
from tests.cast import NOW, Cast, Household, Walk, moment
from tests.records import refused


@pytest.fixture
def now(db: None) -> Iterator[dt.datetime]:
    with moment() as at:
        yield at


@pytest.fixture
def cast(now: dt.datetime) -> Cast:
    return Cast()


@pytest.fixture
def ana(cast: Cast) -> User:
    return cast[Role.ADVISOR]


def troubled(cast: Cast, number: str, **fields: str) -> Household:
    home = cast.household(number, **fields)
    home.repeated_faults()
    return home


def on_the_list() -> list[str]:
    proactive.refresh(procedures.current_policy(), clock.now())
    return [row.customer.number for row, _ in proactive.judged(proactive.to_call(), procedures.current_policy())]


def test_vip_first_then_by_what_is_at_stake(cast: Cast) -> None:
    troubled(cast, "1")
    dear = troubled(cast, "2")
    Product.objects.filter(pk=dear.television.pk).update(price=400)
    troubled(cast, "3", category="vip")
    cast.household("4").fault(days_ago=3)
    both = troubled(cast, "5")
    both.fault(days_ago=9, product=both.television)
    both.fault(days_ago=2, product=both.television)
    assert on_the_list() == ["3", "2", "1", "5"]
    assert RepeatFaultFinding.objects.get(customer__number="2").value == 540


def test_who_has_asked_to_leave_died_or_is_leaving_is_not_on_it(cast: Cast) -> None:
    Walk(troubled(cast, "1"))
    gone = troubled(cast, "2")
    gone.customer.deceased_on = dt.date(2026, 3, 1)
    gone.customer.save()
    ended = troubled(cast, "3")
    Product.objects.filter(pk=ended.internet.pk).update(status="terminated", reason="request", ended_on=NOW.date())
    assert on_the_list() == []


def test_the_ticket_that_a_case_ends_with_brings_nobody_back(cast: Cast) -> None:
    """Nothing may be offered (1.1): the faults are repaired as an ordinary incident, which is a ticket of its own."""
    home = troubled(cast, "1")
    home.listing()
    walk = Walk(home, reason="faults").go("step_01")
    walk("override", granted="no", reason="Debe")
    with moment(hours=1):
        walk("inform", wish="incident")
    with moment(hours=2):
        assert walk.reload().outcome == "ordinary_incident"
        assert on_the_list() == []
        home.fault(days_ago=0.01)
        assert on_the_list() == ["1"]


def test_whose_faults_go_on_after_an_accepted_case_is_called(cast: Cast) -> None:
    """The case stays open until the month is evaluated; what happened meanwhile counts."""
    home = cast.household("1")
    walk = Walk(home, reason="price")
    walk.go("step_01", "step_02", "step_11")
    case = RetentionCase.objects.filter(pk=walk.case.pk)
    case.update(opened_at=NOW - dt.timedelta(days=20), outcome="evaluated", closed_at=NOW)
    home.repeated_faults()
    assert on_the_list() == ["1"]
    case.update(outcome="ordinary_incident")
    assert on_the_list() == []


def test_nobody_waits_while_all_products_are_looked_at(cast: Cast) -> None:
    troubled(cast, "1")
    with CaptureQueriesContext(connection) as asked:
        on_the_list()
    told = [query["sql"].split(" WHERE ")[0] for query in asked]
    begun = next(at for at, sql in enumerate(told) if sql.startswith("SAVEPOINT"))
    ended = next(at for at, sql in enumerate(told) if sql.startswith("RELEASE"))
    assert not [sql for sql in told[begun:ended] if sql.startswith("SELECT")]


def test_what_is_solved_since_is_not_shown_though_it_was_found(cast: Cast, ana: User) -> None:
    home = troubled(cast, "1")
    assert on_the_list() == ["1"]
    tickets.confirm_solution(home.internet.tickets.latest("opened_at"), reason="Probado", actor=ana)
    assert RepeatFaultFinding.objects.count() == 1
    assert proactive.judged(proactive.to_call(), procedures.current_policy()) == []
    assert on_the_list() == []
    assert not RepeatFaultFinding.objects.exists()


def test_nobody_is_called_twice_a_day(cast: Cast, ana: User) -> None:
    home = troubled(cast, "1")
    call = proactive.call(home.customer, actor=ana)
    assert on_the_list() == []
    with refused(CalledToday) as why:
        proactive.call(home.customer, actor=cast[Role.TEAM_LEAD])
    assert str(ana) in str(why.value)
    proactive.end(call, ProactiveCall.Outcome.NOT_REACHED, actor=ana)
    assert on_the_list() == []
    with refused(CallEnded):
        proactive.end(call, ProactiveCall.Outcome.CONTENT, actor=ana)
    with moment(days=1):
        assert on_the_list() == ["1"]


def test_who_needs_nothing_comes_back_only_with_another_fault(cast: Cast, ana: User) -> None:
    home = troubled(cast, "1")
    proactive.end(proactive.call(home.customer, actor=ana), ProactiveCall.Outcome.CONTENT, actor=ana)
    with moment(days=2):
        assert on_the_list() == []
        home.fault(days_ago=0.5)
        assert on_the_list() == ["1"]


def test_who_has_an_open_case_is_not_called(cast: Cast, ana: User) -> None:
    walk = Walk(troubled(cast, "1"))
    with refused(CaseOpenAlready) as why:
        proactive.call(walk.case.customer, actor=ana)
    assert walk.case.number in str(why.value)


def test_the_look_over_all_products_is_taken_every_quarter_of_an_hour(cast: Cast) -> None:
    troubled(cast, "1")
    assert proactive.refresh_due(clock.now()) == 1
    troubled(cast, "2")
    assert proactive.refresh_due(clock.now()) == 0
    with moment(hours=0.3):
        assert proactive.refresh_due(clock.now()) == 2
