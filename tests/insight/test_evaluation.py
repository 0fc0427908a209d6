"""Signing the evaluation, and the loop that completes step 15 of each waiting case exactly once."""

import datetime as dt
import hashlib
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from arraigo import clock
from arraigo.engine.models import Instance, WorkItem
from arraigo.eventlog import papers, seal
from arraigo.eventlog.models import Event
from arraigo.insight import actions, queries
from arraigo.insight.errors import (
    AlreadyReviewed,
    AlreadySigned,
    MonthNotOver,
    NotInOrder,
    ReviewTooEarly,
    ReviewTooLate,
)
from arraigo.insight.models import Evaluation, IndicatorReview, LiveBase
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention import actions as retention
from arraigo.retention import dispatch, sweeps
from arraigo.retention.models import RetentionCase
from arraigo.tickets.models import TroubleTicket
from tests.cast import Cast, Household, Walk, moment
from tests.documents.test_sheets import text_of
from tests.insight import ways
from tests.records import refused
from tests.web.conftest import signed_in

MARCH = dt.date(2026, 3, 1)
AFTER = 25
"""Days from 10 March to 4 April."""


def sign(cast: Cast, month: dt.date = MARCH) -> Evaluation:
    return actions.sign_evaluation(
        month, findings="Bien", decisions="Seguir", reformulate=False, actor=cast[Role.COMMERCIAL_MANAGEMENT]
    )


def evaluated() -> int:
    return Event.objects.filter(kind="case.step_completed", data__element="step_15").count()


def test_the_signature_keeps_figures_and_log_and_closes_the_cases(cast: Cast) -> None:
    walks = ways.several(cast, 3)
    with moment(days=AFTER):
        evaluation = sign(cast)
        assert {walk.reload().outcome for walk in walks} == {RetentionCase.Outcome.EVALUATED}
        assert (evaluation.signed_at, evaluation.completed_at) == (walks[0].reload().closed_at,) * 2
    assert evaluation.signed_by == cast[Role.COMMERCIAL_MANAGEMENT]
    assert (evaluation.figures["counts"]["opened"], evaluation.figures["waiting"]) == (3, 3)
    assert queries.signed_figures(evaluation).spent == Decimal("67.74")
    assert evaluation.log_count > 0
    assert len(evaluation.log_head) == 64
    assert evaluated() == 3
    assert walks[0].told("step_15")["month"] == "2026-03"
    assert not WorkItem.objects.filter(element="step_15").exists()


@pytest.mark.parametrize("put_off", [False, True])
def test_what_fell_due_in_the_month_is_in_its_evaluation_though_no_sweep_ran_since(
    cast: Cast, home: Household, *, put_off: bool
) -> None:
    """A visit was promised within 24 hours, or put off for a day, and nobody went; the worker stood still until the
    signature."""
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    if put_off:
        asked = {"reason": "later", "words": "Mañana, dijo", "wanted_at": clock.now() + dt.timedelta(days=1)}
        dispatch.pause_order(WorkOrder.objects.get(), **asked, actor=cast[Role.OPERATIONS_SUPERVISOR])
    with moment(days=AFTER):
        figures = queries.signed_figures(sign(cast))
        sweeps.run_all()
        assert figures.broken == queries.month_figures(MARCH).broken == 1


def test_signed_figures_do_not_change(cast: Cast, home: Household) -> None:
    with moment(days=AFTER):
        sign(cast)
    ways.compensated(home)
    kept = queries.evaluation_of(MARCH)
    assert kept
    assert kept.figures["counts"]["opened"] == 0
    assert queries.month_figures(MARCH).counts.opened == 1


def test_a_month_is_signed_once(cast: Cast) -> None:
    with moment(days=AFTER):
        sign(cast)
        with refused(AlreadySigned) as said:
            sign(cast)
    assert "03/2026" in str(said.value)
    assert Evaluation.objects.count() == 1


@pytest.mark.parametrize(("hours", "over"), [(-0.01, False), (0, True)])
def test_a_month_is_signed_when_it_is_over(cast: Cast, hours: float, over: bool) -> None:
    with moment(days=21, hours=14 + hours):  # 1 April, 00:00 in Cochabamba
        if over:
            assert sign(cast).month == MARCH
        else:
            with refused(MonthNotOver):
                sign(cast)
            assert not Evaluation.objects.exists()


def test_the_first_month_signed_is_the_last_finished_one(cast: Cast) -> None:
    with moment(days=AFTER), refused(NotInOrder) as said:
        sign(cast, dt.date(2026, 2, 1))
    assert "03/2026" in str(said.value)
    assert not Evaluation.objects.exists()


def test_months_are_signed_in_order(cast: Cast) -> None:
    with moment(days=AFTER):
        sign(cast)
    with moment(days=90):  # June: April and May are over
        with refused(NotInOrder) as said:
            sign(cast, dt.date(2026, 5, 1))
        assert "04/2026" in str(said.value)
        assert queries.due_month() == dt.date(2026, 4, 1)
        sign(cast, dt.date(2026, 4, 1))
        sign(cast, dt.date(2026, 5, 1))
    assert Evaluation.objects.count() == 3


@pytest.mark.parametrize(("hours", "closed"), [(13.99, True), (14, False)])
def test_only_cases_that_waited_at_the_months_end_are_closed(cast: Cast, hours: float, closed: bool) -> None:
    """Midnight of 1 April in Cochabamba lies 21 days and 14 hours after 10 March, 10:00."""
    with moment(days=21, hours=hours):
        walk = ways.compensated(cast.household())
    with moment(days=AFTER):
        assert sign(cast).figures["waiting"] == int(closed)
    assert (walk.reload().outcome == RetentionCase.Outcome.EVALUATED) is closed


def test_a_late_ticket_for_a_signed_month_changes_nothing_that_was_signed(cast: Cast, home: Household) -> None:
    walk = ways.compensated(home)
    april = dt.date(2026, 4, 1)
    with moment(days=25):
        sign(cast)
    with moment(days=55):
        evaluation = sign(cast, april)
        kept = (evaluation.figures, evaluation.pdf)
        TroubleTicket.objects.filter(pk=home.fault(days_ago=300).pk).update(status="rejected")  # long ago: no matter
        ticket = home.fault(days_ago=40)
        sweeps.run_all()
        (late,) = queries.late_faults(april)
        assert (late.case, late.late) == (walk.case, ticket.number)  # type: ignore[attr-defined]
        assert queries.month_figures(april).counts.saved == 1
    evaluation.refresh_from_db()
    assert (evaluation.figures, bytes(evaluation.pdf)) == kept
    assert evaluation.figures["counts"]["saved"] == 1


def test_what_was_signed_cannot_change(cast: Cast) -> None:
    with moment(days=AFTER):
        evaluation = sign(cast)
    evaluation.findings = "Otra cosa"
    with pytest.raises(TypeError):
        evaluation.save()
    with pytest.raises(TypeError):
        evaluation.delete()
    kept = Evaluation.objects.get()
    assert kept.findings == "Bien"
    assert hashlib.sha256(kept.pdf).hexdigest() == kept.pdf_sha256
    assert Event.objects.get(kind="evaluation.signed").data["pdf_sha256"] == kept.pdf_sha256


def test_the_paper_says_what_was_signed(cast: Cast) -> None:
    ways.several(cast, 2)
    head = cast[Role.HEAD_RESOURCES]
    with moment(days=AFTER):
        actions.review_indicator(MARCH, role=Role.HEAD_RESOURCES, comment="El norte mejora", actor=head)
        evaluation = sign(cast)
    april = dt.date(2026, 4, 1)
    LiveBase.objects.create(month=april, products=3420, counted_at=clock.now())
    with moment(days=55):
        following = sign(cast, april)
    text = text_of(bytes(evaluation.pdf))
    for wanted in ("marzo 2026", "Seguir", "El norte mejora", evaluation.log_head, "Equipo Norte", "Bs 45,16"):
        assert wanted in text, wanted
    assert "Bajas solicitadas 0 0 el mes anterior · bajas por cada 100 productos vivos: — " in text
    assert "Casos abiertos 2 2 aceptados · 0 perdidos " in text
    assert b"<pdfaid:part>2</pdfaid:part>" in bytes(evaluation.pdf)
    text = text_of(bytes(following.pdf))
    assert "Lo decidido el mes anterior Seguir" in text
    assert "3.420" in text


def test_cases_on_their_way_are_left_alone(cast: Cast, home: Household) -> None:
    walk = ways.repaired(home)
    with moment(days=AFTER):
        sign(cast)
    assert walk.reload().outcome == RetentionCase.Outcome.RUNNING


def test_a_crash_in_the_middle_is_taken_up_by_the_sweep(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    walks = ways.several(cast, 4)
    real, asked = retention.evaluate, []

    def cut_off(case_id: int, **given: object) -> object:
        asked.append(case_id)
        if len(asked) == 3:
            raise SystemExit("the power is gone")
        return real(case_id, **given)  # type: ignore[arg-type]

    with moment(days=AFTER):
        with monkeypatch.context() as patched:
            patched.setattr(retention, "evaluate", cut_off)
            with pytest.raises(SystemExit, match="power"):
                sign(cast)
        evaluation = Evaluation.objects.get()
        assert evaluation.completed_at is None
        assert evaluated() == 2
        assert sweeps.run_all()["complete_evaluations"] == 2
        assert sweeps.run_all()["complete_evaluations"] == 0
        evaluation.refresh_from_db()
        assert evaluation.completed_at is not None
    assert evaluated() == 4
    assert {walk.reload().outcome for walk in walks} == {RetentionCase.Outcome.EVALUATED}


def test_a_case_that_cannot_end_keeps_no_other_from_it(cast: Cast) -> None:
    broken, other = ways.several(cast, 2)
    run = Instance.objects.filter(pk=broken.case.instance_id)
    version = run.get().state_version
    run.update(state_version=version + 1)
    with moment(days=AFTER):
        evaluation = sign(cast)
        assert (evaluation.completed_at, evaluated()) == (None, 1)
        assert other.reload().outcome == RetentionCase.Outcome.EVALUATED
        with pytest.raises(ExceptionGroup, match="sweeps that failed"):
            sweeps.run_all()
        run.update(state_version=version)
        assert sweeps.run_all()["complete_evaluations"] == 1
        evaluation.refresh_from_db()
        assert evaluation.completed_at is not None


def test_a_case_that_leaves_meanwhile_does_not_stop_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ways.several(cast, 2)
    real = retention.evaluate

    def after_another_worker(case_id: int, **given: object) -> object:
        if case_id == first.case.pk:
            real(case_id, **given)  # type: ignore[arg-type]
        return real(case_id, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "evaluate", after_another_worker)
    with moment(days=AFTER):
        sign(cast)
    assert evaluated() == 2
    assert second.reload().outcome == RetentionCase.Outcome.EVALUATED


def test_a_head_reviews_a_month_once(cast: Cast) -> None:
    head = cast[Role.HEAD_RESOURCES]
    with moment(days=AFTER):
        review = actions.review_indicator(MARCH, role=Role.HEAD_RESOURCES, comment="Baja", actor=head)
        assert queries.reviews_of(MARCH) == [review]
        with refused(AlreadyReviewed):
            actions.review_indicator(MARCH, role=Role.HEAD_RESOURCES, comment="Otra", actor=head)
        other = cast[Role.HEAD_CUSTOMER_RELATIONS]
        actions.review_indicator(MARCH, role=Role.HEAD_CUSTOMER_RELATIONS, comment="Sí", actor=other)
    assert Event.objects.filter(kind="indicator.reviewed").count() == 2


def test_a_review_belongs_between_the_months_end_and_the_signature(cast: Cast) -> None:
    head = cast[Role.HEAD_RESOURCES]
    with refused(ReviewTooEarly):
        actions.review_indicator(MARCH, role=Role.HEAD_RESOURCES, comment="Baja", actor=head)
    with moment(days=AFTER):
        sign(cast)
        with refused(ReviewTooLate):
            actions.review_indicator(MARCH, role=Role.HEAD_RESOURCES, comment="Baja", actor=head)
    assert queries.reviews_of(MARCH) == []


def test_a_forged_review_is_proved_by_the_log(cast: Cast) -> None:
    """The signed paper prints it; the page of the month shows it as the database has it."""
    head = cast[Role.HEAD_RESOURCES]
    with moment(days=AFTER):
        review = actions.review_indicator(MARCH, role=Role.HEAD_RESOURCES, comment="El norte mejora", actor=head)
        sign(cast)
    assert (papers.prove().whole, papers.prove().changed) == (2, [])
    IndicatorReview.objects.update(comment="El norte empeora")
    assert papers.prove().changed == ["2026-03 head_resources"]
    IndicatorReview.objects.update(comment=review.comment)
    assert papers.prove().changed == []
    added = IndicatorReview.objects.create(
        month=MARCH, role=Role.HEAD_CUSTOMER_RELATIONS, comment="Bien", at=review.at, by=head
    )
    assert papers.prove().changed == [str(added)]
    IndicatorReview.objects.all()._raw_delete("default")
    assert papers.prove().changed == [f"indicator.reviewed {review.pk}"]


def test_a_forged_paper_is_not_served_and_the_log_proves_it(cast: Cast) -> None:
    with moment(days=AFTER):
        evaluation = sign(cast)
    assert queries.paper_of(MARCH) == bytes(evaluation.pdf)
    assert (papers.prove().whole, papers.prove().changed) == (1, [])
    forged = b"%PDF-1.7 forged"
    Evaluation.objects.update(pdf=forged, pdf_sha256=hashlib.sha256(forged).hexdigest())
    with refused(papers.PaperChanged) as said:
        queries.paper_of(MARCH)
    assert "03/2026" in str(said.value)
    seal.seal()
    with pytest.raises(CommandError, match="03/2026"):
        call_command("verify-log", stdout=StringIO())
    Evaluation.objects.update(pdf=evaluation.pdf, pdf_sha256=evaluation.pdf_sha256)
    assert papers.prove().changed == []
    for forge in ({"findings": "Otra cosa"}, {"figures": {**evaluation.figures, "waiting": 999}}):
        Evaluation.objects.update(**forge)
        assert papers.prove().changed == ["03/2026"]
        with refused(papers.PaperChanged):
            queries.signed_figures(Evaluation.objects.get())
        greta = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
        assert "alert-danger" in greta.get(reverse("evaluation", args=[MARCH])).content.decode()
        assert greta.get(reverse("evaluation_tables", args=[MARCH])).status_code == 409
        assert [row.figures for row in greta.get(reverse("evaluations")).context["list"].rows] == [None]
        assert greta.get(reverse("evaluations"), {"export": "csv"}).status_code == 200
        Evaluation.objects.update(findings=evaluation.findings, figures=evaluation.figures)
    (row,) = greta.get(reverse("evaluations")).context["list"].rows
    assert row.figures == queries.signed_figures(evaluation)
    Evaluation.objects.all()._raw_delete("default")
    assert len(papers.prove().changed) == 1
