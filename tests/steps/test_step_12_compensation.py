"""Step 12: pro rata by default, within the category's cap, never on top of another credit."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.retention import registry, undo
from arraigo.retention.models import Offer, Promise
from tests.cast import Cast, Household, Walk, credit, moment
from tests.web.conftest import signed_in


def to_step_12(home: Household) -> Walk:
    return Walk(home, reason="compensation").go("step_01", "step_02", "step_11")


def test_pro_rata_of_the_days_affected(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", days="5")
    offer = Offer.objects.get()
    assert (offer.element, offer.kind, offer.days) == ("step_12", "compensation", 5)
    assert offer.amount == Decimal("22.58")  # 140 × 5 / 31
    assert walk.facts["offered_compensation"] is True
    assert walk.facts["product_month"] == 140
    assert walk.told("step_12")["offers"][0]["amount"] == "22.58"
    assert walk.open == ["step_13"]


def test_what_the_days_are_worth_is_shown_before_the_customer_answers(home: Household, cast: Cast) -> None:
    client, walk = signed_in(cast[Role.ADVISOR]), to_step_12(home)
    page = reverse("step", args=[walk.case.number, walk.item("step_12").pk])
    typed = {f"days_{home.internet.pk}": "5", "answer": "", "review": "1"}
    heard = client.post(page, typed, headers={"HX-Request": "true"}).text
    assert "5 días, a prorrata Bs\N{NO-BREAK SPACE}22,58" in heard
    assert not Offer.objects.exists()


def test_an_amount_of_its_own_within_the_cap(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", **credit(home.internet, amount="140"))
    assert Offer.objects.get().amount == 140


def test_days_that_are_worth_less_than_a_centavo_are_no_compensation(home: Household) -> None:
    """Accepted, it would be a claim of nothing, which billing does not take."""
    home.priced(home.internet, "0.10")
    walk = to_step_12(home)
    errors = walk.errors("step_12", **credit(home.internet, days="1"))
    assert list(errors) == [f"amount_{home.internet.pk}"]
    walk("step_12", **credit(home.internet, days="2"))
    assert Offer.objects.get().amount == Decimal("0.01")


def test_the_cap_of_an_ordinary_customer_is_one_month(home: Household) -> None:
    walk = to_step_12(home)
    errors = walk.errors("step_12", **credit(home.internet, amount="140.01"))
    assert errors == {f"amount_{home.internet.pk}": [f"At most Bs 140.00 may be compensated on {home.internet}."]}
    assert not Offer.objects.exists()


def test_a_vip_may_get_two_months_on_the_asesors_own_authority(cast: Cast) -> None:
    home = cast.household("100002", category="vip")
    home.priced(home.internet, "60")
    walk = to_step_12(home)
    assert list(walk.errors("step_12", **credit(home.internet, amount="120.01"))) == [f"amount_{home.internet.pk}"]
    walk("step_12", **credit(home.internet, amount="120"))
    assert walk.open == ["step_13"]


def test_a_month_is_compensated_once(home: Household, cast: Cast) -> None:
    claim = billing.enter_claim(
        "bill_waiver", claim_type="Otro", product=home.internet, month=clock.month_of(clock.now()),
        amount=Decimal("10"), actor=cast[Role.BILLING],
    )  # fmt: skip
    walk = to_step_12(home)
    said = f"This month of {home.internet} is credited already ({claim.number})."
    assert walk.errors("step_12") == {f"days_{home.internet.pk}": [said]}
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]


def test_what_costs_nothing_has_nothing_to_compensate_but_may_be_refused(home: Household) -> None:
    home.priced(home.internet, "0")
    walk = to_step_12(home)
    said = f"{home.internet} costs nothing this month: there is nothing to credit."
    assert walk.errors("step_12") == {f"days_{home.internet.pk}": [said]}
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]


def test_who_refuses_need_not_name_a_day(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", **credit(home.internet, days="", amount=""), answer="refused", firm_no="on")
    offer = Offer.objects.get()
    assert (offer.answer, offer.days, offer.amount, offer.firm_no) == ("refused", None, 0, True)


def test_what_was_credited_while_the_page_was_open_is_said(home: Household, cast: Cast) -> None:
    walk = Walk(home, products=[home.internet, home.television], reason="compensation")
    walk.go("step_01", "step_02", "step_11")
    claim = billing.enter_claim(
        "bill_waiver", claim_type="Otro", product=home.internet, month=clock.month_of(clock.now()),
        amount=Decimal("10"), actor=cast[Role.BILLING],
    )  # fmt: skip
    both = {**credit(home.internet, days="5"), **credit(home.television, days="3")}
    said = f"This month of {home.internet} is credited already ({claim.number})."
    assert walk.errors("step_12", **both) == {f"days_{home.internet.pk}": [said]}
    walk("step_12", **credit(home.internet, days="", amount=""), **credit(home.television, days="3"))
    assert Offer.objects.get().product == home.television


@pytest.mark.parametrize(("days", "said"), [("32", "At most 31 days."), ("0", "At least 1 day.")])
def test_what_is_no_number_of_days_is_told_in_days(home: Household, days: str, said: str) -> None:
    errors = to_step_12(home).errors("step_12", **credit(home.internet, days=days))
    assert errors[f"days_{home.internet.pk}"] == [said]


@pytest.mark.parametrize("days", ["0", "32", "", "x"])
def test_days_of_a_month(home: Household, days: str) -> None:
    errors = to_step_12(home).errors("step_12", **credit(home.internet, days=days))
    assert list(errors) == [f"days_{home.internet.pk}"]
    assert errors[f"days_{home.internet.pk}"][0]


def test_only_the_cases_own_products(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", **credit(home.television, days="5", amount="20"))
    assert Offer.objects.get().product == home.internet


def test_several_products_each_with_its_days_its_claim_and_its_promise(home: Household) -> None:
    """The second is above the advisor's Bs 150: one approval for the whole."""
    walk = Walk(home, products=[home.internet, home.television], reason="compensation")
    walk.go("step_01", "step_02", "step_11")
    internet, television = home.internet, home.television
    none = {**credit(internet, days="", amount=""), **credit(television, days="", amount="")}
    said = "Write the days of at least one product."
    assert walk.errors("step_12", **none) == {f"days_{internet.pk}": [said]}
    alone = none | credit(television, amount="20")
    assert walk.errors("step_12", **alone) == {f"days_{television.pk}": ["Write for how many days the amount is."]}

    both = {**credit(internet, days="5"), **credit(television, days="30", amount="155")}
    item = walk.item("step_12")
    policy = procedures.policy_of(item.instance.definition_id)
    form = registry.handler("step_12").form_class(
        walk.case, item, policy, walk.cast[Role.ADVISOR], both | {"answer": "accepted"}
    )
    assert form.is_valid()
    read = form.read_back()
    assert (len(read.sentences), read.authority) == (2, "team_lead")
    walk("step_12", **both)
    assert (walk.facts["amount"], walk.facts["product_month"]) == (155, 160)
    walk.go("approve_12")
    assert {offer.approval for offer in Offer.objects.all()} == {"approved"}
    walk("step_13")
    offers = Offer.objects.order_by("id")
    assert [(each.product, each.days, each.amount) for each in offers] == [
        (internet, 5, Decimal("22.58")), (television, 30, Decimal("155.00")),
    ]  # fmt: skip
    assert [each.claim and each.claim.amount for each in offers] == [Decimal("22.58"), Decimal("155.00")]
    assert sorted(Promise.objects.values_list("proof", flat=True)) == sorted(
        BillingClaim.objects.values_list("number", flat=True)
    )
    assert walk.commands == ["bill_adjustment.apply"] * 2


def test_one_of_several_is_compensated_alone_and_taken_back(home: Household) -> None:
    walk = Walk(home, products=[home.internet, home.television], reason="compensation")
    walk.go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, days=""), **credit(home.television, days="3"))
    assert Offer.objects.get().product == home.television
    last = undo.last_step(walk.reload())
    assert last is not None
    undo.undo(last.pk, reason="Eran dos", actor=walk.cast[Role.ADVISOR])
    walk("step_12", **credit(home.television, days="3"))
    assert list(Offer.objects.order_by("id").values_list("answer", "product")) == [
        ("undone", home.television.pk), ("accepted", home.internet.pk), ("accepted", home.television.pk),
    ]  # fmt: skip


def test_the_amount_that_asks_for_the_most_decides_not_the_largest(home: Household, cast: Cast) -> None:
    """A policy may compensate more months than the advisor grants alone: the cheap product is beyond its month."""
    cast.publish(compensation_cap__standard="2")
    home.priced(home.television, "30")
    walk = Walk(home, products=[home.internet, home.television], reason="compensation")
    walk.go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, amount="140"), **credit(home.television, days="30", amount="60"))
    assert walk.open == ["approve_12_management"]


@pytest.mark.parametrize("element", ["step_03", "step_12"])
def test_what_was_opened_before_the_months_end_is_confirmed_on_the_new_one(home: Household, element: str) -> None:
    if element == "step_03":
        home.repeated_faults()
        walk = Walk(home).go("step_01", "step_02")
    else:
        walk = to_step_12(home)
    opened = {"month_shown": "2026-03-01"}
    said = ("The month changed since this page was opened: the credit is now on the bill of April 2026. "
            "Look the amounts over and complete the step again.")  # fmt: skip
    with moment(days=21, hours=14):  # 1 April, 00:00 in La Paz
        assert walk.errors(element, **opened) == {"month_shown": [said]}
        form = registry.handler(element).form_class(
            walk.case, walk.item(element), procedures.current_policy(), walk.cast[Role.ADVISOR],
            walk.usual(element) | opened,
        )  # fmt: skip
        assert not form.is_valid()
        assert form["month_shown"].value() == "2026-04-01"
        walk(element, month_shown="2026-04-01")
    assert Offer.objects.get().month == dt.date(2026, 4, 1)


def test_a_refusal_allows_the_other_kind_once(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]
    assert walk.facts["refusals"] == 1
