"""Step 3: one credit per product and month, the answer, and what a refusal opens."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.money import ZERO, pro_rata
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention import amounts, options, registry, sweeps
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Cast, Household, Walk, credit, moment
from tests.web.conftest import signed_in


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02")


def test_an_accepted_waiver_is_an_offer_of_the_month(walk: Walk, home: Household) -> None:
    walk("step_03")
    offer = Offer.objects.get()
    assert (offer.element, offer.kind, offer.product) == ("step_03", "bill_waiver", home.internet)
    assert (offer.month, offer.amount) == (clock.month_of(clock.now()), Decimal("140.00"))
    assert (offer.answer, offer.approval) == ("accepted", "not_needed")
    assert (walk.facts["accepted"], walk.facts["amount"], walk.facts["product_month"]) == (True, 140, 140)
    assert walk.told("step_03")["offers"] == [
        {"kind": "bill_waiver", "product": home.internet.number, "amount": "140.00"}
    ]
    assert walk.case.accepted_at == clock.now()
    assert walk.open == ["step_04"]


def test_nothing_is_promised_before_the_claim(walk: Walk) -> None:
    walk("step_03")
    assert not Promise.objects.exists()
    assert walk.commands == []


def test_what_step_2_confirmed_holds_though_the_faults_have_aged(walk: Walk, cast: Cast) -> None:
    confirmed = walk.case.verdicts.get()
    page_of_step = reverse("step", args=[walk.case.number, walk.item("step_03").pk])
    with moment(days=61):
        page = signed_in(cast[Role.ADVISOR]).get(page_of_step)
    (verdict,) = page.context["verdicts"]
    assert (verdict.repeat_fault, verdict.because, verdict.confirmed_at) == (True, confirmed.because, confirmed.at)
    offered = {each.step: each for each in page.context["options"] if each.state == options.NOW}
    assert offered["3"].because == confirmed.because


def test_a_refusal_is_recorded_and_counted(walk: Walk) -> None:
    walk("step_03", answer="refused", firm_no="on")
    assert Offer.objects.get().firm_no
    assert (walk.facts["refusals"], walk.facts["firm_no"], walk.facts["further_offer"]) == (1, True, True)
    assert walk.case.accepted_at is None
    assert walk.open == ["step_11"]


def test_after_a_firm_no_there_is_at_most_one_further_offer(walk: Walk) -> None:
    walk("step_03", answer="refused", firm_no="on")
    walk("step_11")
    walk("step_12", answer="refused")
    assert walk.open == ["termination"]


def test_a_compensation_says_how_much(walk: Walk, home: Household) -> None:
    pk = home.internet.pk
    errors = walk.errors("step_03", **{f"kind_{pk}": "compensation"})
    assert errors == {f"amount_{pk}": ["Write how many Bs are compensated."]}
    assert walk.open == ["step_03"]
    assert not Offer.objects.exists()


def test_a_compensation_is_computed_from_the_days_affected_also_across_the_months_end(home: Household) -> None:
    """26 February to 2 March and 7 March: six days of a March of Bs 140; the advisor may change the amount."""
    first = home.fault(days_ago=12)
    first.resolved_at = first.opened_at + dt.timedelta(days=4)
    first.save()
    home.fault(days_ago=3)
    walk, pk = Walk(home).go("step_01", "step_02"), home.internet.pk
    item = walk.item("step_03")
    policy = procedures.policy_of(item.instance.definition_id)
    form = registry.handler("step_03").form_class(walk.case, item, policy, walk.cast[Role.ADVISOR])
    ((days, _covers, _kind, amount),) = form.asked()  # type: ignore[attr-defined]
    assert amount.value() == Decimal("27.10")  # 140 × 6 / 31
    with translation.override("en"):
        assert str(days) == ("6 days without good service by the tickets (26/02 to 07/03) at Bs 4.52 a day: Bs 27.10.")
    walk("step_03", **{f"kind_{pk}": "compensation", f"amount_{pk}": "30"})
    assert Offer.objects.get().amount == 30


@pytest.mark.parametrize("amount", ["0", "-5", "140.01", "12.345", "mucho"])
def test_a_compensation_is_an_amount_within_the_month(walk: Walk, home: Household, amount: str) -> None:
    pk = home.internet.pk
    errors = walk.errors("step_03", **{f"kind_{pk}": "compensation", f"amount_{pk}": amount})
    assert list(errors) == [f"amount_{pk}"]
    assert errors[f"amount_{pk}"][0]


@pytest.mark.parametrize(("field", "value"), [("answer", ""), ("answer", "perhaps")])
def test_an_answer_is_one_of_two(walk: Walk, field: str, value: str) -> None:
    assert list(walk.errors("step_03", **{field: value})) == [field]


def test_an_accepted_offer_is_no_firm_no(walk: Walk) -> None:
    errors = walk.errors("step_03", firm_no="on")
    assert errors == {"firm_no": ["An accepted offer is no firm no: clear one of the two."]}


def test_a_month_is_credited_once(walk: Walk, home: Household, cast: Cast) -> None:
    claim = billing.enter_claim(
        "compensation", claim_type="Otro", product=home.internet, month=clock.month_of(clock.now()),
        amount=Decimal("10"), actor=cast["billing"],
    )  # fmt: skip
    errors = walk.errors("step_03")
    assert errors == {
        f"kind_{home.internet.pk}": [f"This month of {home.internet} is credited already ({claim.number})."]
    }
    walk("step_03", answer="refused")
    assert walk.open == ["step_11"]


def test_what_costs_nothing_cannot_be_waived(walk: Walk, home: Household) -> None:
    home.priced(home.internet, "0")
    errors = walk.errors("step_03")[f"kind_{home.internet.pk}"]
    assert errors == [f"{home.internet} costs nothing this month: there is nothing to credit."]


def test_one_offer_per_product_with_repeated_faults(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02", "step_03")
    assert Offer.objects.get().product == home.internet
    assert walk.open == ["step_04"]


def test_after_a_recurrence_the_same_month_is_not_waived_twice(home: Household) -> None:
    home.repeated_faults()
    with moment(days=-9):  # 1 March
        home.repeated_faults()
        walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
    with moment(days=-6):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=21, hours=1):  # 31 March
        sweeps.wake_due_cases()
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió")
        walk("step_03_recurrence", **walk.usual("step_03"))
        first, second = Offer.objects.order_by("id")
        assert [each.month and each.month.month for each in (first, second)] == [3, 4]
        walk("step_04")
        assert second.case.outcome == RetentionCase.Outcome.RUNNING


def test_a_bundle_charged_on_another_product_is_compensated_and_never_waived_at_nothing(home: Household) -> None:
    """The authority that is read back is the one that decides, at steps 3 and 12."""
    Product.objects.filter(customer=home.customer).update(bundle="duo")
    for product in (home.internet, home.television):
        product.refresh_from_db()
    home.priced(home.television, "220")
    home.priced(home.internet, "0")
    home.repeated_faults()
    walk, key = Walk(home, products=[home.internet]).go("step_01", "step_02"), home.internet.pk
    share = amounts.compensable(home.internet, clock.month_of(clock.now()))
    assert ZERO < share < Decimal(220)
    form = registry.handler("step_03").form_class(
        walk.case, walk.item("step_03"), procedures.current_policy(), walk.cast[Role.ADVISOR]
    )
    assert form[f"amount_{key}"].value() == pro_rata(share, 2, 31)
    panel = options.panel(walk.case, walk.item("step_03"), procedures.current_policy())
    offered = {each.state: (each.value, each.authority) for each in panel if each.step == "3"}
    assert offered == {"now": (pro_rata(share, 2, 31), "advisor"), "no": (None, "")}
    assert f"kind_{key}" in walk.errors("step_03", **{f"kind_{key}": "bill_waiver", "answer": "accepted"})
    above = {f"kind_{key}": "compensation", f"amount_{key}": f"{share + 1}", "answer": "accepted"}
    assert f"amount_{key}" in walk.errors("step_03", **above)
    walk("step_03", **{**above, f"amount_{key}": "20"})
    assert walk.facts["product_month"] == float(share)
    assert walk.open == ["step_04"]
    walk("step_04")
    assert BillingClaim.objects.get().amount == 20


def test_the_waiver_of_what_carries_a_bundles_bill_says_what_it_covers(home: Household) -> None:
    Product.objects.filter(customer=home.customer).update(bundle="duo")
    home.internet.refresh_from_db()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    page = reverse("step", args=[walk.case.number, walk.item("step_03").pk])
    advisor = signed_in(walk.cast[Role.ADVISOR])
    told = "La factura cobra aquí el paquete"
    assert told not in advisor.get(page).content.decode(), "each is charged on a line of its own"
    home.priced(home.internet, "220")
    home.priced(home.television, "0")
    shown = advisor.get(page).content.decode()
    assert f"{told}: el retiro cubre también {home.television}. La parte de {home.internet} sola es de Bs" in shown


def test_what_step_12_reads_back_is_what_decides(home: Household) -> None:
    Product.objects.filter(customer=home.customer).update(bundle="duo")
    for product in (home.internet, home.television):
        product.refresh_from_db()
    home.priced(home.television, "220")
    home.priced(home.internet, "0")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    item = walk.item("step_12")
    policy = procedures.policy_of(item.instance.definition_id)
    data = {**credit(home.internet, days="5"), "answer": "accepted"}
    form = registry.handler("step_12").form_class(walk.case, item, policy, walk.cast[Role.ADVISOR], data)
    assert form.is_valid()
    assert form.read_back().authority == "advisor"
    panel = options.panel(walk.case, item, policy)
    (offered,) = [each for each in panel if each.step == "12" and each.product == home.internet]
    assert (offered.state, offered.authority) == ("now", "advisor")
    walk("step_12", **data)
    assert walk.open == ["step_13"]


def test_a_bundle_is_never_credited_above_its_bill(home: Household) -> None:
    Product.objects.filter(customer=home.customer).update(bundle="duo")
    for product in (home.internet, home.television):
        product.refresh_from_db()
        for days in (12, 3):
            home.fault(days_ago=days, product=product)
    home.priced(home.internet, "220")
    home.priced(home.television, "0")
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02")
    television = credit(home.television, kind="compensation", amount="20")
    both = {**credit(home.internet, kind="bill_waiver"), **television, "answer": "accepted"}
    (sentence,) = walk.errors("step_03", **both)[f"amount_{home.television.pk}"]
    assert sentence.startswith("Of the month of")
    assert "Bs 0.00 are left" in sentence
    walk("step_03", **{**both, **credit(home.internet, kind="compensation", amount="20")})
    walk("step_04")
    assert sum(claim.amount for claim in BillingClaim.objects.all()) == 40


def test_what_is_credited_already_is_said_first_and_does_not_hinder_the_others(home: Household, cast: Cast) -> None:
    home.repeated_faults()
    home.fault(days_ago=3, product=home.television)
    home.fault(days_ago=5, product=home.television)
    claim = billing.enter_claim(
        "compensation", claim_type="Otra", product=home.internet, month=clock.month_of(clock.now()),
        amount=Decimal(20), actor=None,
    )  # fmt: skip
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02")
    page = reverse("step", args=[walk.case.number, walk.item("step_03").pk])
    client, answers = signed_in(cast[Role.ADVISOR]), {f"kind_{home.television.pk}": "bill_waiver", "answer": "accepted"}
    shown = client.get(page)
    assert (str(claim) in shown.content.decode(), shown.context["form"].products) == (True, [home.television])
    heard = client.post(page, {**answers, "review": "1"}).content.decode()
    assert str(home.internet) in heard[heard.index("técnico le visita") :], "the visit is for both"
    assert client.post(page, answers).status_code == 302
    assert [offer.product for offer in walk.case.offers.all()] == [home.television]
