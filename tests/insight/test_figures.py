"""The month's figures: opened, accepted, lost, promised, spent, by cause and by unit."""

import datetime as dt
from decimal import Decimal
from typing import Any

from arraigo.eventlog.models import Event
from arraigo.insight import queries, sets
from arraigo.insight.figures import Counts, MonthFigures
from arraigo.insight.models import Judgement
from arraigo.people.models import Role
from arraigo.retention import actions, sweeps, undo
from arraigo.retention.models import RetentionCase
from tests.cast import Cast, Household, Walk, moment
from tests.insight import ways

MARCH = dt.date(2026, 3, 1)
APRIL = dt.date(2026, 4, 1)


def march(days: float = 0) -> MonthFigures:
    """March's figures as they show `days` after 10 March."""
    with moment(days=days):
        sweeps.run_all()
        return queries.month_figures(MARCH)


def by(figures: MonthFigures, dimension: str) -> dict[str, Counts]:
    return {group.name or group.key: group.counts for group in figures.breakdowns[dimension]}


def waiting(figures: MonthFigures, dimension: str) -> dict[str, int | None]:
    return {group.name or group.key: group.waiting for group in figures.breakdowns[dimension]}


def given(figures: MonthFigures) -> dict[str, tuple[int, Decimal]]:
    return {each.kind: (each.count, each.amount) for each in figures.costs}


def test_one_case_of_each_kind(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    ways.courteous(cast.household("2"))
    ways.lost(cast.household("3"))
    Walk(cast.household("4"), reason="price").go("step_01")
    figures = march()
    assert figures.counts == Counts(opened=4, accepted=2, lost=1)
    assert figures.waiting == 2
    assert by(figures, "reason") == {
        "price": Counts(opened=2, lost=1),
        "compensation": Counts(opened=1, accepted=1),
        "no_use": Counts(opened=1, accepted=1),
    }
    assert by(figures, "offer") == {
        "": Counts(opened=2, lost=1),
        "compensation": Counts(opened=1, accepted=1),
        "courtesy": Counts(opened=1, accepted=1),
    }
    assert by(figures, "branch") == {"False": Counts(opened=3, accepted=2, lost=1), "": Counts(opened=1)}
    assert waiting(figures, "offer") == {"": 0, "compensation": 1, "courtesy": 1}
    assert waiting(figures, "branch") == {"False": 2, "": 0}
    for dimension, name in (("team", "Equipo Norte"), ("center", "Centro Norte"), ("zone", "Zona Norte, Cercado")):
        assert by(figures, dimension) == {name: figures.counts}
    assert given(figures) == {
        "bill_waiver": (0, Decimal()), "compensation": (1, Decimal("22.58")),
        "courtesy": (1, Decimal("8.00")), "visit": (0, Decimal()),
    }  # fmt: skip


def test_a_month_begins_and_ends_in_cochabamba(cast: Cast) -> None:
    with moment(days=-10, hours=13.999):  # 28 February, 23:59:56
        Walk(cast.household("1"))
    with moment(days=-10, hours=14):  # 1 March, 00:00
        Walk(cast.household("2"))
    assert march().counts.opened == 1
    assert queries.month_figures(dt.date(2026, 2, 1)).counts.opened == 1
    assert queries.month_figures(APRIL).counts.opened == 0


def test_what_was_not_approved_was_not_accepted(cast: Cast, home: Household) -> None:
    home.priced(home.internet, "200")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03")
    walk("approve_03", approved="no")
    figures = march()
    assert figures.counts.accepted == 0
    assert [(each.reason, each.kind, each.offered, each.accepted) for each in figures.offers] == [
        ("faults", "bill_waiver", 1, 0)
    ]


def test_an_offer_taken_back_was_not_made(cast: Cast, home: Household) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    wrong = walk.item("step_12")
    walk("step_12", answer="refused")
    undo.undo(wrong.pk, reason="Aceptó", actor=cast[Role.ADVISOR])
    walk("step_12")
    figures = march()
    assert [(each.kind, each.offered, each.accepted) for each in figures.offers] == [("compensation", 1, 1)]
    assert sets.offers(sets.span(MARCH)).count() == 1


def test_who_had_not_asked_to_leave_stands_apart(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    walk = ways.compensated(cast.household("2"))
    RetentionCase.objects.filter(pk=walk.case.pk).update(proactive=True)
    figures = march()
    assert (figures.counts.opened, figures.proactive.opened) == (1, 1)
    assert by(figures, "reason") == {"compensation": Counts(opened=1, accepted=1)}


def test_insisting_after_all_is_lost_and_no_save(home: Household, cast: Cast) -> None:
    walk = ways.compensated(home)
    with moment(days=5):
        actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
        walk("termination")
    assert march(40).counts == Counts(opened=1, accepted=1, lost=1, judged=1)
    assert Judgement.objects.get().because == "left"


def test_a_baja_taken_back_is_judged_when_its_moment_comes(home: Household, cast: Cast) -> None:
    walk, advisor = ways.compensated(home), cast[Role.ADVISOR]
    with moment(days=5):
        actions.insist(walk.case.pk, actor=advisor)
        walk("termination")
        sweeps.run_all()
        registered = undo.last_step(walk.reload())
        assert registered is not None
        undo.undo(registered.pk, reason="Se queda", actor=advisor)
        sweeps.run_all()
        assert not Judgement.objects.exists()
        withdrawn = Event.objects.get(kind="case.judgement_withdrawn", case_number=walk.case.number)
        assert (withdrawn.data["because"], withdrawn.data["saved"]) == ("left", False)
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=advisor)
        walk.go("step_01", "step_02")
        walk("step_11", reason="no_use", demand="courtesy")
        walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    with moment(days=36):
        sweeps.end_courtesies()
    with moment(days=67):
        sweeps.run_all()
    assert Judgement.objects.get().because == "saved"


def test_promises_kept_and_broken(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(days=2):
        walk.go("step_07", "step_08")
    figures = march(2)
    assert (figures.kept, figures.broken) == (1, 1)
    assert given(figures)["bill_waiver"] == (1, Decimal("140.00"))
    assert given(figures)["visit"] == (1, Decimal("60.00"))


def test_a_surviving_save_costs_what_all_the_judged_were_given(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    fails = ways.compensated(cast.household("2"))
    with moment(days=5):
        fails.home.fault(days_ago=0)
    with moment(days=31):
        sweeps.run_all()
        april = queries.month_figures(APRIL)
        assert april.headline == queries.headline_now(APRIL)
    assert (april.counts.judged, april.counts.saved) == (2, 1)
    assert april.spent_on_judged == april.cost_per_save == Decimal("45.16")


def test_a_competitors_price_stands_beside_ours(cast: Cast) -> None:
    """Means over the cases with a price; two affected products cost together what the competitor's offer replaces."""

    def named(number: str, competitor: str, price: str | None, *, both: bool = False) -> Walk:
        home = cast.household(number)
        walk = Walk(home, products=[home.internet, home.television] if both else None, reason="better_offer")
        RetentionCase.objects.filter(pk=walk.case.pk).update(
            competitor=competitor, competitor_price=None if price is None else Decimal(price)
        )
        return walk

    named("1", "Tigo", "159")
    named("2", "Tigo", "120.01", both=True)
    named("3", "Tigo", None)
    named("4", "Entel", None)
    named("5", "", "90")
    called = named("6", "Entel", "99")
    RetentionCase.objects.filter(pk=called.case.pk).update(proactive=True)
    with moment(days=-15):
        named("7", "Tigo", "10")
    figures = march()
    assert figures.competitors is not None
    (tigo,) = figures.competitors
    assert (tigo.competitor, tigo.cases, tigo.theirs, tigo.ours) == ("Tigo", 2, Decimal("139.51"), Decimal("220.00"))
    assert tigo.difference == Decimal("-80.49")
    behind = sets.within(sets.behind("competitor_price", sets.span(MARCH)), "competitor", "Tigo")
    assert behind.count() == tigo.cases


def test_each_figure_counts_the_cases_behind_it(cast: Cast) -> None:
    """The number on the page and the list that it leads to are one query."""
    ways.compensated(cast.household("1"))
    ways.lost(cast.household("2"))
    ways.controlled(cast.household("3"))
    figures, span = march(), sets.span(MARCH)
    for figure, count in figures.counts.model_dump().items():
        assert sets.CASES[figure](span).count() == count
        for dimension, groups in figures.breakdowns.items():
            for group in groups:
                found = sets.within(sets.CASES[figure](span), dimension, group.key)
                assert found.count() == getattr(group.counts, figure), (figure, dimension, group.key)
    called = ways.courteous(cast.household("4"))
    RetentionCase.objects.filter(pk=called.case.pk).update(proactive=True)
    figures = march()
    assert sets.behind("waiting", span).count() == figures.waiting == 2
    for dimension, groups in figures.breakdowns.items():
        for group in groups:
            assert sets.within(sets.behind("waiting", span), dimension, group.key).count() == group.waiting


def test_figures_grow_without_more_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    ways.compensated(cast.household("1"))
    queries.month_figures(MARCH)
    with django_assert_num_queries(19):
        march_now = queries.month_figures(MARCH)
    assert march_now.counts.opened == 1
    ways.several(cast, 4)
    ways.lost(cast.household("9"))
    with django_assert_num_queries(19):
        whole = queries.month_figures(MARCH)
    assert whole.counts.opened == 6
    for by, groups in whole.breakdowns.items():
        page = queries.month_figures(MARCH, by)
        assert (page.breakdowns, page.counts, page.waiting) == ({by: groups}, whole.counts, whole.waiting)


def test_figures_are_the_same_after_being_kept(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    figures = march()
    assert figures.headline == queries.headline_now(MARCH)
    assert MonthFigures.model_validate(figures.model_dump(mode="json")) == figures
