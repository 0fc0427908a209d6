"""What holds for any reason, amount and order of offers: the panel says what the tables say, nothing stacks."""

import calendar
import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arraigo import clock
from arraigo.people.models import Role
from arraigo.procedure.queries import current_policy
from arraigo.products import actions as products
from arraigo.products.errors import CourtesyGranted, CourtesyRunning
from arraigo.products.models import Courtesy
from arraigo.retention import amounts, courtesies, options
from arraigo.retention.errors import StepInvalid
from arraigo.retention.models import Offer, Reason
from arraigo.retention.registry import handler
from tests.cast import NOW, Cast, Household, Walk, credit
from tests.paths.test_properties import undone

some = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PRICES = st.decimals("1", "900", places=2)


@pytest.mark.parametrize("reason", Reason.values)
def test_the_panel_at_step_11_is_the_table(home: Household, reason: str) -> None:
    walk = Walk(home, reason=reason).go("step_01", "step_02")
    policy = current_policy()
    panel = options.panel(walk.case, walk.item("step_11"), policy)
    for step, kind in (("12", "compensation"), ("14", "courtesy"), ("11", "transfer")):
        asked = policy.decide("offers", {"reason": reason, "demand": kind}).outputs["path"] == kind
        found = [each for each in panel if each.step == step and each.product in (None, home.internet)]
        assert any(each.state == options.NOW for each in found) is asked, kind
    assert all(each.because.strip() for each in panel)
    assert all(each.value is None for each in panel if each.state == options.NO)


@given(price=PRICES, days=st.integers(1, 31), typed=st.none() | st.decimals("0.01", "2000", places=2))
@some
def test_a_compensation_is_within_its_cap_and_approved_as_it_was_read_back(
    home: Household, price: Decimal, days: int, typed: Decimal | None
) -> None:
    with undone():
        home.priced(home.internet, str(price))
        walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
        data = {**credit(home.internet, days=str(days), amount=str(typed or "")), "answer": "accepted"}
        item, policy = walk.item("step_12"), current_policy()
        form = handler("step_12").form_class(walk.case, item, policy, walk.cast[Role.ADVISOR], data)
        promised = form.read_back() if form.is_valid() else None
        month = clock.month_of(NOW)
        cap = amounts.cap(home.internet, month, category="standard", policy=policy)
        try:
            walk("step_12", **data)
        except StepInvalid:
            assert promised is None
            assert typed is not None
            assert typed > cap
            return
        offer = Offer.objects.get()
        assert Decimal() <= offer.amount <= cap == price
        if typed is None:
            length = calendar.monthrange(month.year, month.month)[1]
            assert abs(offer.amount - price * days / length) <= Decimal("0.005")
        assert promised is not None
        assert promised.waits is (walk.open != ["step_13"])
        assert amounts.told(offer.amount) in promised.sentences[0]


@given(prices=st.tuples(PRICES, PRICES), lists=st.tuples(PRICES, PRICES))
@some
def test_the_shares_of_a_bundle_are_its_price(
    home: Household, prices: tuple[Decimal, Decimal], lists: tuple[Decimal, Decimal]
) -> None:
    month = clock.month_of(NOW)
    with undone():
        for product, price, listed in zip((home.internet, home.television), prices, lists, strict=True):
            home.priced(product, str(price))
            product.bundle, product.offering.list_price = "duo", listed
            product.offering.save()
            product.save()
        parts = [amounts.compensable(product, month) for product in (home.internet, home.television)]
        assert sum(parts) == sum(prices)
        assert all(part >= 0 for part in parts)
        assert (parts[0] >= parts[1]) is (lists[0] >= lists[1]) or abs(parts[0] - parts[1]) <= Decimal("0.01")


GRANTS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["", "RET-1", "RET-2"]), st.integers(0, 5), st.integers(1, 40)),
    min_size=2,
    max_size=6,
)


@given(GRANTS)
@some
def test_courtesies_never_stack(cast: Cast, home: Household, grants: list[tuple[bool, str, int, int]]) -> None:
    running: set[int] = set()
    cases: set[str] = set()
    policy = current_policy()
    with undone():
        for first, case, starts, days in grants:
            product = home.internet if first else home.television
            begins = NOW + dt.timedelta(days=starts)
            free = bool(courtesies.allowed([product], policy, case_number=case))
            assert free is (product.pk not in running and case not in cases)
            try:
                with transaction.atomic():
                    products.grant_courtesy(
                        product, kind="bandwidth", details={}, starts_at=begins,
                        ends_at=begins + dt.timedelta(days=days), cost=Decimal(8), case_number=case, actor=None,
                    )  # fmt: skip
            except (CourtesyRunning, CourtesyGranted):
                assert not free
                continue
            assert free
            running.add(product.pk)
            cases |= {case} - {""}
        assert Courtesy.objects.count() == len(running)
