"""After a firm "no": minutes and offers are measured and limited, wherever in the conversation it was said."""

import pytest
from django.urls import reverse

from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.procedure.queries import current_policy
from arraigo.retention import actions, clocks, firm_no, options
from arraigo.retention.errors import CaseClosed
from arraigo.retention.firm_no import Meter
from tests.cast import Cast, Walk, moment
from tests.web.conftest import signed_in


@pytest.fixture
def walk(cast: Cast) -> Walk:
    home = cast.household()
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02")


def meter(walk: Walk) -> Meter:
    found = firm_no.meter(walk.reload(), current_policy())
    assert found is not None
    return found


def say(walk: Walk) -> None:
    firm_no.say(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    walk.case.refresh_from_db()


def test_nobody_said_it(walk: Walk) -> None:
    assert firm_no.meter(walk.reload(), current_policy()) is None


def test_a_refusal_that_is_a_firm_no_starts_the_meter(walk: Walk) -> None:
    walk("step_03", answer="refused", firm_no="on")
    with moment(hours=0.05):
        assert (meter(walk).minutes, meter(walk).offers, meter(walk).is_over) == (3, 0, False)
        walk("step_11", reason="other", demand="compensation")
        walk("step_12", answer="refused")
        assert (meter(walk).offers, meter(walk).is_over) == (1, True)
        assert walk.open == ["termination"]


def test_an_accepted_offer_ends_it_and_nothing_urges_the_baja_any_more(walk: Walk) -> None:
    insist = 'class="btn btn-danger">'
    walk("step_03", answer="refused", firm_no="on")
    walk("step_11", reason="other", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{walk.home.internet.pk}")
    assert (meter(walk).offers, meter(walk).is_over) == (1, False)
    page = signed_in(walk.cast[Role.ADVISOR]).get(reverse("case_record", args=[walk.case.number])).content.decode()
    assert reverse("case_insist", args=[walk.case.number]) in page
    assert insist not in page


def test_said_before_any_offer_it_leaves_room_for_one(walk: Walk) -> None:
    """By the button on the page: the first offer after it is already the one that the policy allows."""
    say(walk)
    assert Event.objects.filter(case_number=walk.case.number, kind="case.firm_no").count() == 1
    walk("step_03", answer="refused")
    assert walk.open == ["termination"]
    assert walk.told("step_03")["decisions"][-1]["rule"] == "further_firm_no"


def test_after_the_minutes_no_further_offer_is_made(cast: Cast) -> None:
    """Where management allows three offers after it, the minutes are what ends the offering, as the panel says too."""
    cast.publish(retention__offers_after_firm_no="3", retention__further_offers="3")
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    say(walk)
    walk("step_03", answer="refused")
    walk("step_11", reason="other", demand="compensation")

    def courtesy_may_follow() -> bool:
        panel = options.panel(walk.reload(), walk.item("step_12"), current_policy())
        return any(each.step == "14" and each.state == options.LATER for each in panel)

    assert courtesy_may_follow()
    with moment(hours=0.3):
        assert not courtesy_may_follow()
        walk("step_12", answer="refused")
        assert walk.open == ["termination"]
        assert walk.told("step_12")["decisions"][-1]["rule"] == "further_firm_no_minutes"


def test_after_the_minutes_the_page_proposes_nothing_and_takes_what_the_customer_asks_for(walk: Walk) -> None:
    walk("step_03", answer="refused", firm_no="on")
    walk("step_11", reason="other", demand="compensation")

    def proposed() -> set[str]:
        panel = options.panel(walk.reload(), walk.item("step_12"), current_policy())
        return {each.step for each in panel if each.state != options.NO}

    with moment(hours=9 / 60):
        assert proposed() == {"12"}
    with moment(hours=10 / 60):
        assert proposed() == set()
        walk("step_12")
        assert walk.open == ["step_13"]


def test_said_again_after_an_accepted_offer_it_counts_anew(walk: Walk) -> None:
    say(walk)
    with moment(hours=0.1):
        walk("step_03")
        actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=walk.cast[Role.ADVISOR])
        walk("step_03", answer="refused")
        assert walk.open == ["step_11"]  # nobody said no this time: a further offer is still possible
    with moment(hours=1):
        say(walk)
        walk("step_11", reason="other", demand="compensation")
    with moment(hours=1.05):
        assert (meter(walk).minutes, meter(walk).offers) == (3, 0)
        assert clocks.differences(walk.reload()) == []


def test_said_today_it_runs_on_for_who_stays_today_though_nothing_was_offered(walk: Walk) -> None:
    say(walk)
    with moment(hours=0.05):
        actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=walk.cast[Role.ADVISOR])
        assert (meter(walk).minutes, meter(walk).ended_at) == (3, None)
        walk("step_03", answer="refused")
        assert walk.open == ["termination"]


def test_a_new_firm_no_begins_without_the_offers_of_the_old_one(walk: Walk) -> None:
    """What was offered until the customer accepted belongs to the "no" that was answered."""
    walk("step_03", answer="refused", firm_no="on")
    with moment(hours=0.05):
        walk("step_11", reason="other", demand="compensation")
        walk("step_12")
        assert meter(walk).offers == 1
        actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=walk.cast[Role.ADVISOR])
    with moment(hours=1):
        say(walk)
        assert (meter(walk).minutes, meter(walk).offers) == (0, 0)


def test_the_meter_stops_with_the_baja_and_is_kept(walk: Walk) -> None:
    walk("step_03", answer="refused", firm_no="on")
    with moment(hours=0.1):
        actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        walk("termination")
    with moment(days=1):
        assert (meter(walk).minutes, meter(walk).ended_at) == (6, walk.reload().closed_at)
    kept = walk.told("termination")["meter"]
    assert (kept["minutes"], kept["offers"]) == (6, 0)


def test_the_meter_stops_where_the_customer_accepts_after_all(walk: Walk) -> None:
    say(walk)
    with moment(hours=0.1):
        walk("step_03")
    with moment(days=1):
        assert meter(walk).minutes == 6


def test_it_is_said_once_and_not_in_a_closed_case(walk: Walk) -> None:
    say(walk)
    first = walk.reload().firm_no_at
    with moment(hours=1):
        say(walk)
    assert walk.reload().firm_no_at == first
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    walk("termination")
    with pytest.raises(CaseClosed):
        say(walk)


def test_the_conversation_ends_on_a_server_whose_clock_is_a_little_behind(walk: Walk) -> None:
    with moment(hours=0.01):
        say(walk)
    walk("step_03", answer="refused")
    with moment(hours=0.005):
        walk("termination")
    assert walk.case.firm_no_ended_at == walk.case.firm_no_at
