"""Repeated faults: steps 1–10 and 15, and every way back."""

import datetime as dt
from decimal import Decimal

from arraigo import clock
from arraigo.billing.models import Bill, BillingClaim
from arraigo.engine.errors import NotWaiting
from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import SignedPaper
from arraigo.insight import actions as insight
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.quality.models import QualityControl
from arraigo.retention import actions, clocks, firm_no, sweeps
from arraigo.retention.models import Promise, RetentionCase
from tests import conformance
from tests.cast import Cast, Household, Walk, moment
from tests.records import refused

FIELD = ("step_05", "step_06", "step_07", "step_08")


def start(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02")


def to_controls(home: Household) -> Walk:
    return start(home).go("step_03", "step_04", *FIELD)


def control(walk: Walk, element: str, **answers: str) -> None:
    sweeps.wake_due_cases()
    walk(element, **answers)


def test_the_whole_way_to_the_signed_evaluation(cast: Cast, home: Household) -> None:
    walk = start(home)
    assert walk.open == ["step_03"]
    walk.go("step_03", "step_04")
    claim = BillingClaim.objects.get()
    assert (claim.claim_type, claim.state) == ("Retiro por Retención con Servicio de Ingeniería", "applied")
    assert Bill.objects.get().credited == Decimal("140.00")
    walk.go(*FIELD)
    assert walk.open == []
    assert SignedPaper.objects.count() == 3
    with moment(days=2, hours=1):
        control(walk, "step_09")
    with moment(days=31):
        control(walk, "step_10")
        assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED
    with moment(days=55):
        insight.sign_evaluation(
            dt.date(2026, 4, 1), findings="Bien", decisions="Seguir", reformulate=False,
            actor=cast[Role.COMMERCIAL_MANAGEMENT],
        )  # fmt: skip
        assert walk.reload().outcome == RetentionCase.Outcome.EVALUATED


def test_the_work_order_carries_the_fields_and_the_note_of_the_document(home: Household) -> None:
    start(home).go("step_03", "step_04", "step_05")
    order = WorkOrder.objects.get()
    assert (order.activity_code, order.activity_name) == ("40530", "PEX/Adecuación por Retención")
    assert (order.product_order.payment_terms, order.product_order.price) == ("Crédito", Decimal("0.00"))
    assert order.note == (
        "CLIENTE CON DAÑOS REITERADOS, CON INTENSION DE BAJA, SE OFERTA NO COBRO EL MES DE MARZO POR EL "
        "SERVICIO DEFICIENTE, Y SE OFERTA SOLUCION DEFINITIVA, SE COMPROMETE A REALIZAR LA VISITA TÉCNICA "
        "EN 24 HORAS. FAVOR COORDINAR CON EL CLIENTE AL CEL 70000001"
    )
    assert order.due_at - order.created_at == dt.timedelta(hours=24)
    assert order.tickets.count() == 2


def test_a_chosen_compensation_keeps_the_visit_and_the_note_promises_no_waiver(home: Household) -> None:
    pk = home.internet.pk
    walk = start(home)
    walk("step_03", **{f"kind_{pk}": "compensation", f"amount_{pk}": "50.00"})
    walk.go("step_04", "step_05")
    assert "NO COBRO" not in WorkOrder.objects.get().note
    assert BillingClaim.objects.get().kind == "compensation"


def test_two_products_are_one_visit(home: Household) -> None:
    for days in (9, 2):
        home.fault(days_ago=days)
        home.fault(days_ago=days, product=home.television)
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02")
    walk("step_03", **{f"kind_{home.television.pk}": "bill_waiver"})
    # The larger of the two, Bs 160, is above the Bs 150 that an advisor may give.
    assert walk.open == ["approve_03"]
    walk.go("approve_03", "step_04", "step_05")
    order = WorkOrder.objects.get()
    assert order.products.count() == 2
    assert order.product_order.product == home.internet


def test_a_refused_approval_goes_back_to_the_negotiation(home: Household) -> None:
    home.fault(days_ago=9, product=home.television)
    home.fault(days_ago=2, product=home.television)
    walk = Walk(home, products=[home.television]).go("step_01", "step_02")
    walk("step_03", **{f"kind_{home.television.pk}": "bill_waiver"})
    walk("approve_03", approved="no", reason="Demasiado")
    assert walk.open == ["step_03"]


def test_a_refusal_leads_to_at_most_one_further_offer(home: Household) -> None:
    walk = start(home)
    walk("step_03", answer="refused")
    assert walk.open == ["step_11"]
    walk("step_11")
    walk("step_12", answer="refused")
    assert walk.open == ["termination"]


def test_not_solved_on_site_is_a_linked_priority_order_with_a_new_24_hours(home: Household) -> None:
    walk = start(home).go("step_03", "step_04", "step_05", "step_06")
    with moment(hours=20):
        walk("step_07", solved="no", cause="plant", tasks=[])
        walk.go("step_08_unsolved", "route_to_plant")
        first, second = WorkOrder.objects.order_by("id")
        assert (first.state, second.previous) == ("failed", first)
        assert second.due_at - second.created_at == dt.timedelta(hours=24)
        assert Promise.objects.filter(kind="visit").values_list("state", flat=True).order_by("id")[0] == "broken"
        walk.go("step_06", "step_07", "step_08")
    with moment(days=3, hours=1):
        sweeps.wake_due_cases()
    assert QualityControl.objects.get(kind="post_visit").work_order == second


def test_a_failed_control_at_2_days_reopens_at_5_with_priority(home: Household) -> None:
    walk = to_controls(home)
    with moment(days=2, hours=1):
        control(walk, "step_09", verdict="failed", reasons=["goes_on"], answer="Sigue cortándose")
        assert walk.open == ["step_05"]
        assert walk.item("step_05").priority == 2
        walk.go(*FIELD)
    with moment(days=31):
        sweeps.wake_due_cases()
        # The former 30 days were replaced: the new ones count from the second service.
        assert walk.open == ["step_09"]
        walk("step_09")
    with moment(days=33):
        control(walk, "step_10")
        assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


def test_a_failed_control_at_30_days_goes_back_to_3_in_the_responsables_lane(home: Household) -> None:
    walk = to_controls(home)
    with moment(days=2, hours=1):
        control(walk, "step_09")
    with moment(days=31):
        control(walk, "step_10", verdict="failed", reasons=["goes_on"], answer="Volvió el daño")
        assert walk.open == ["step_03_recurrence"]
        assert walk.item("step_03_recurrence").role == Role.TEAM_LEAD


def test_a_recurrence_is_a_conversation_of_its_own(home: Household) -> None:
    """What was refused before the offer that was accepted is not counted a month later, when it is we who call."""
    walk = start(home)
    walk("step_03", answer="refused")
    walk("step_11")
    walk("step_12", answer="refused")
    assert walk.open == ["termination"]
    actions.stay(walk.case.pk, why="stay_offer", words="Mejor me quedo", actor=home.cast[Role.ADVISOR])
    walk.go("step_03", "step_04", *FIELD)
    with moment(days=2, hours=1):
        control(walk, "step_09")
    with moment(days=31):
        control(walk, "step_10", verdict="failed", reasons=["came_back"], answer="Volvió el daño")
        walk("step_03_recurrence", answer="refused")
        assert walk.open == ["step_11"]


def test_insisting_ends_what_is_open_and_registers_the_baja(cast: Cast, home: Household) -> None:
    walk = start(home).go("step_03", "step_04", "step_05")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    assert walk.open == ["termination"]
    assert WorkOrder.objects.get().state == "cancelled"
    walk("termination")
    assert walk.case.outcome == RetentionCase.Outcome.TERMINATION


def test_who_insisted_and_stays_after_all_goes_back_to_the_negotiation(cast: Cast, home: Household) -> None:
    """No step is taken back and the meter goes on: after the stay one further offer ends it as before."""
    advisor = cast[Role.ADVISOR]
    walk = start(home).go("step_03", "step_04", "step_05")
    firm_no.say(walk.case.pk, actor=advisor)
    actions.insist(walk.case.pk, actor=advisor)
    with moment(hours=1):
        actions.stay(walk.case.pk, why="stay_offer", words="Mi esposa quiere quedarse", actor=advisor)
        assert walk.open == ["step_03"]
        assert WorkOrder.objects.get().state == "cancelled"
        stayed = Event.objects.get(kind="case.stayed")
        told = {name: stayed.data[name] for name in ("reason", "words", "cancelled", "opened", "minutes_after_firm_no")}
        assert told == {
            "reason": "stay_offer", "words": "Mi esposa quiere quedarse", "cancelled": ["termination"],
            "opened": ["step_03"], "minutes_after_firm_no": 60,
        }  # fmt: skip
        with refused(NotWaiting):
            actions.stay(walk.case.pk, why="stay_offer", words="Otra vez", actor=advisor)
        walk("step_03", answer="refused")
        assert (walk.facts["offers_after_firm_no"], walk.facts["further_offer"]) == (1, False)
        assert walk.open == ["termination"]
        actions.stay(walk.case.pk, why="stay_other", words="Ahora sí", actor=advisor)
        walk.go("step_03", "step_04", *FIELD)
        assert walk.reload().firm_no_ended_at == clock.now()
        months = BillingClaim.objects.filter(state="applied").order_by("month").values_list("month", flat=True)
        assert [month.month for month in months] == [3, 4]
    assert conformance.replay(walk.reload()) == []
    assert clocks.differences(walk.reload()) == []


def test_who_accepted_and_asks_again_on_another_day_is_judged_on_the_faults_of_that_day(
    cast: Cast, home: Household
) -> None:
    """Without a repeated fault at first: the document's step 2 finds what failed since, and leads to 3."""
    advisor = cast[Role.ADVISOR]
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    assert walk.reload().outcome == RetentionCase.Outcome.ACCEPTED
    with moment(days=12):
        home.fault(days_ago=4)
        home.fault(days_ago=1)
        actions.insist(walk.case.pk, actor=advisor)
        actions.stay(walk.case.pk, why="stay_offer", words="Sigue fallando", actor=advisor)
        assert walk.open == ["step_01"]
        walk.go("step_01", "step_02")
        assert walk.open == ["step_03"]
        assert conformance.replay(walk.reload()) == []


def test_what_was_accepted_but_not_carried_out_is_offered_anew(cast: Cast, home: Household) -> None:
    home.priced(home.internet, "200.00")
    walk = start(home).go("step_03")
    assert walk.open == ["approve_03"]
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    actions.stay(walk.case.pk, why="stay_offer", words="", actor=cast[Role.ADVISOR])
    walk.go("step_03", "approve_03", "step_04")
    offers = walk.case.offers.order_by("id").values_list("answer", "approval")
    assert list(offers) == [("refused", "not_needed"), ("accepted", "approved")]
    assert BillingClaim.objects.count() == 1


def test_before_the_review_and_without_authorisation_staying_leads_to_what_is_missing(
    cast: Cast, home: Household
) -> None:
    advisor = cast[Role.ADVISOR]
    walk = Walk(home)
    actions.insist(walk.case.pk, actor=advisor)
    actions.stay(walk.case.pk, why="stay_other", words="", actor=advisor)
    assert walk.open == ["step_01"]
    home.listing()
    walk("step_01")
    walk("override", granted="no", reason="Sin motivo")
    walk("inform", wish="termination")
    actions.stay(walk.case.pk, why="stay_solved", words="", actor=advisor)
    assert walk.open == ["inform"]
    walk("inform", wish="incident")
    assert walk.case.outcome == RetentionCase.Outcome.ORDINARY_INCIDENT
    assert conformance.replay(walk.reload()) == []
