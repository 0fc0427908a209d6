"""Steps 4 and 13 with billing's confirmation: the promise waits for it, the field work does not."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillingClaim
from arraigo.messages.models import Message
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention import actions, claims, receipts
from arraigo.retention.errors import CannotCorrect, NothingPromised
from arraigo.retention.models import Promise
from arraigo.retention.steps.step_05_engineering_service import note_for
from tests.cast import Cast, Household, Walk
from tests.records import refused
from tests.web.conftest import signed_in


@pytest.fixture
def walk(home: Household, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A case after step 4, whose claim waits for billing."""
    monkeypatch.setattr(claims, "needs_confirmation", lambda offer, policy: True)
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03", "step_04")


def waiver() -> Promise:
    return Promise.objects.get(kind=Promise.Kind.BILL_WAIVER)


def test_the_promise_is_kept_when_billing_confirms(walk: Walk, cast: Cast) -> None:
    claim = BillingClaim.objects.get()
    assert (claim.state, waiver().state, waiver().proof) == ("entered", "open", claim.number)
    assert walk.open == ["step_05"]
    billing.confirm_claim(claim, actor=cast[Role.BILLING])
    assert (waiver().state, waiver().proof) == ("kept", claim.number)
    assert Bill.objects.get().credited == Decimal("140.00")


def test_it_is_broken_and_the_owner_is_told_when_billing_refuses(walk: Walk, cast: Cast) -> None:
    claim: Any = BillingClaim.objects.get()
    billing.refuse_claim(claim, reason="Sin respaldo", actor=cast[Role.BILLING])
    assert waiver().state == "broken"
    assert walk.case.owner.notices.get().kind == "claim.refused"
    assert Bill.objects.get().credited == 0


def test_what_billing_refused_is_entered_corrected_and_promised_anew(walk: Walk, cast: Cast) -> None:
    """At most what was accepted, once, and never without billing; the visit does not wait for it."""
    client, refused_one = signed_in(cast[Role.ADVISOR]), BillingClaim.objects.get()
    page = reverse("claim_correct", args=[walk.case.number, refused_one.number])
    record = reverse("case_record", args=[walk.case.number])
    assert page not in client.get(record).content.decode()
    assert client.post(page, {"amount": "100"}).status_code == 200  # it waits for billing
    billing.refuse_claim(refused_one, reason="El mes vale menos.", actor=cast[Role.BILLING])
    walk("step_05")
    assert "NO COBRO" not in (note := WorkOrder.objects.get().note)
    assert "SE OFERTA SOLUCION DEFINITIVA" in note
    assert note.endswith("CEL 70000001")
    assert page in client.get(record).content.decode()
    assert "«El mes vale menos.»<" in client.get(page).content.decode()
    above = client.post(page, {"amount": "140,01"})
    assert (above.status_code, "Como máximo Bs\N{NO-BREAK SPACE}140,00" in above.content.decode()) == (400, True)
    assert client.post(page, {"amount": "120,50"}).status_code == 302
    corrected = BillingClaim.objects.exclude(pk=refused_one.pk).get()
    assert (corrected.state, corrected.amount, corrected.offer.amount) == ("entered", Decimal("120.50"), Decimal(140))
    assert [promise.state for promise in waivers()] == ["broken", "open"]
    with refused(CannotCorrect):
        claims.correct(walk.case.pk, refused_one.number, amount=Decimal(100), actor=cast[Role.ADVISOR])
    billing.confirm_claim(corrected, actor=cast[Role.BILLING])
    assert Bill.objects.get().credited == Decimal("120.50")
    assert [promise.state for promise in waivers()] == ["broken", "kept"]
    assert waivers()[1].text.startswith("Del mes de marzo 2026 de ")
    assert waivers()[1].text.endswith(" no se cobran Bs 120,50.")
    assert Message.objects.get(kind__endswith=".applied").kind == "compensation.applied"
    assert walk.open == ["step_06"]


def test_what_billing_refused_is_not_promised_again_on_the_next_receipt(walk: Walk, cast: Cast) -> None:
    advisor, claim = cast[Role.ADVISOR], BillingClaim.objects.get()
    first = receipts.issue(walk.case.pk, actor=advisor)
    billing.refuse_claim(claim, reason="El mes vale menos.", actor=cast[Role.BILLING])
    with refused(NothingPromised):
        receipts.issue(walk.case.pk, actor=advisor)
    claims.correct(walk.case.pk, claim.number, amount=Decimal("120.50"), actor=advisor)
    second = receipts.issue(walk.case.pk, actor=advisor)
    assert second.data["promises"] == [waivers()[1].text]
    assert first.data["promises"] == [waivers()[0].text], "what was given stays as it was"


def test_a_claim_not_applied_is_taken_back_though_the_order_is_printed_and_entered_corrected(
    walk: Walk, cast: Cast
) -> None:
    claim, client = BillingClaim.objects.get(), signed_in(cast[Role.ADVISOR])
    page, undo = (reverse(name, args=[walk.case.number, claim.number]) for name in ("claim_undo", "claim_correct"))
    last = reverse("case_undo", args=[walk.case.number])
    assert client.get(page).headers["Location"] == last, "the last step is taken back as a whole"
    walk.go("step_05", "step_06")
    assert page in client.get(last).content.decode()
    assert client.post(page, {"reason": " "}).status_code == 400
    assert client.post(page, {"reason": "El monto es otro"}).headers["Location"] == undo
    claim.refresh_from_db()
    assert (claim.state, claim.reason, waiver().state) == ("cancelled", "El monto es otro", "cancelled")
    assert walk.open == ["step_07"], "the visit goes on"
    assert "El monto es otro" in client.get(undo).content.decode()
    assert client.post(page, {"reason": "Otra vez"}).status_code == 409
    assert client.post(undo, {"amount": "100"}).status_code == 302
    corrected = BillingClaim.objects.latest("id")
    assert (corrected.state, corrected.amount) == ("entered", Decimal(100))
    assert [promise.state for promise in waivers()] == ["cancelled", "open"]
    billing.confirm_claim(corrected, actor=cast[Role.BILLING])
    assert (
        client.post(reverse("claim_undo", args=[walk.case.number, corrected.number]), {"reason": "x"}).status_code
        == 409
    )
    assert Bill.objects.get().credited == 100


def test_a_waiver_of_a_month_that_its_product_did_not_live_to_see_is_not_entered_corrected(
    walk: Walk, cast: Cast
) -> None:
    client, claim = signed_in(cast[Role.ADVISOR]), BillingClaim.objects.get()
    billing.refuse_claim(claim, reason="Sin respaldo", actor=cast[Role.BILLING])
    page = reverse("claim_correct", args=[walk.case.number, claim.number])
    record = reverse("case_record", args=[walk.case.number])
    assert page in client.get(record).content.decode()
    Product.objects.filter(pk=claim.product_id).update(
        status="terminated", reason="request", ended_on=claim.month - dt.timedelta(days=1)
    )
    assert page not in client.get(record).content.decode()
    with refused(CannotCorrect):
        claims.correct(walk.case.pk, claim.number, amount=claim.amount, actor=cast[Role.ADVISOR])


def test_who_leaves_is_claimed_nothing_more(walk: Walk, cast: Cast) -> None:
    claim = BillingClaim.objects.get()
    billing.refuse_claim(claim, reason="Sin respaldo", actor=cast[Role.BILLING])
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    with refused(CannotCorrect):
        claims.correct(walk.case.pk, claim.number, amount=claim.amount, actor=cast[Role.ADVISOR])


def test_what_ended_with_the_insistence_is_not_claimed_again_when_the_customer_stays(walk: Walk, cast: Cast) -> None:
    """It counts as refused, and is offered anew."""
    claim = BillingClaim.objects.get()
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=cast[Role.ADVISOR])
    claim.refresh_from_db()
    assert (claim.state, claim.offer.answer) == ("cancelled", "refused")
    with refused(CannotCorrect):
        claims.correct(walk.case.pk, claim.number, amount=claim.amount, actor=cast[Role.ADVISOR])


def test_the_note_is_silent_about_a_claim_that_was_taken_back(walk: Walk, cast: Cast) -> None:
    walk.go("step_05")
    claim, policy = BillingClaim.objects.get(), procedures.policy_of(walk.case.instance.definition_id)
    assert "MES DE MARZO" in note_for(walk.case, "70000001", policy)
    claims.take_back(walk.case.pk, claim.number, reason="Otro monto", actor=cast[Role.ADVISOR])
    assert "MES DE MARZO" not in note_for(walk.case, "70000001", policy)


def waivers() -> list[Promise]:
    return list(Promise.objects.filter(kind=Promise.Kind.BILL_WAIVER).order_by("id"))
