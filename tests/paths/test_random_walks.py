"""Any customer, any answers: the real engine and steps, until the case closes and the books are right."""

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from arraigo import clock
from arraigo.billing.models import Bill, BillingClaim, Credit
from arraigo.engine.models import Instance, Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import Task
from arraigo.insight import actions as insight
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.products.models import Courtesy
from arraigo.quality.models import QualityControl
from arraigo.retention import actions, sweeps
from arraigo.retention.errors import StepInvalid
from arraigo.retention.models import Offer, Promise, Reason, Receipt, RetentionCase
from arraigo.retention.steps import step_11_reason
from arraigo.terminations.models import Termination
from tests.cast import NOW, TASK_DETAILS, Cast, Household, Walk

LONGEST = 400
"""More steps than any case takes, though each failed control leads round once more: beyond, it goes in circles."""
OUTLIVE = {"courtesy", "transfer", "incident", "bill_waiver", "compensation"}
"""Kinds of promises that may still be open when a case is closed; a visit never is."""

YES_NO = ("yes", "yes", "no")
ANSWERS = ("accepted", "accepted", "refused")


class Wanderer:
    """One case with drawn answers, and a clock of its own that only goes forward."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.luck = cast, Random(seed)
        self.now = NOW + dt.timedelta(days=self.luck.randint(0, 40), hours=self.luck.randint(0, 23))
        with clock.at(self.now):
            self.home = self._home()
            owned = [self.home.internet, self.home.television]
            products = self.luck.sample(owned, self.luck.randint(1, 2))
            self.walk = Walk(self.home, products=products)
        self.products = products

    def _home(self) -> Household:
        home = self.cast.household("700001", category=self.luck.choice(["standard", "vip", "business"]))
        home.priced(home.internet, self.luck.choice(["0", "60", "140", "250", "700"]))
        for product in (home.internet, home.television):
            for ago in self.luck.sample(range(1, 30), self.luck.randint(0, 3)):
                home.fault(days_ago=ago, product=product, solved=self.luck.random() < 0.7)
        if self.luck.random() < 0.2:
            home.listing()
        return home

    def go(self) -> None:
        """Until the case closes, or waits for the evaluation."""
        for _step in range(LONGEST):
            case = self.walk.reload()
            if case.closed_at or case.outcome == RetentionCase.Outcome.ACCEPTED:
                return
            self.now += dt.timedelta(hours=self.luck.randint(0, 30))
            with clock.at(self.now):
                self._move()
        pytest.fail(f"The case goes round in circles: {self.walk.open}")

    def _move(self) -> None:
        # The worker is sometimes behind; a case that waits for nobody waits for it.
        if not self.walk.open or self.luck.random() < 0.5:
            sweeps.run_all()
        luck = self.luck.random()
        if luck < 0.01:
            actions.close_elsewhere(self.walk.case.pk, actor=None, because="death")
        elif luck < 0.03 and self.walk.open != ["termination"]:
            actions.insist(self.walk.case.pk, actor=self.cast[Role.ADVISOR])
        elif luck < 0.2 and self.walk.open == ["termination"]:
            actions.stay(self.walk.case.pk, why="stay_offer", words="Lo pensé", actor=self.cast[Role.ADVISOR])
        elif self.walk.open:
            self._carry_out(self.luck.choice(self.walk.open))
        else:
            waits = Wait.objects.filter(instance=self.walk.case.instance, kind="timer", ended_at=None)
            self.now = max(self.now, min(wait.wake_at for wait in waits if wait.wake_at))

    def _carry_out(self, element: str) -> None:
        try:
            self.walk(element, **self._drawn(element))
        except StepInvalid:
            # What the rules refuse, a person answers by going on without it.
            self.walk(element, **self._safe(element))

    def _drawn(self, element: str) -> dict[str, Any]:
        if element.startswith("approve"):
            return {"approved": self.luck.choice(YES_NO)}
        name = "step_03" if element == "step_03_recurrence" else element
        drawn: dict[str, Any] = getattr(self, f"_{name}", dict)()
        return drawn

    def _safe(self, element: str) -> dict[str, Any]:
        if element == "step_10":
            return {"verdict": "failed", "answer": "Volvió", "reasons": ["came_back"]}
        waivers = {f"kind_{product.pk}": "bill_waiver" for product in self.products}
        usual = {f"amount_{product.pk}": "" for product in self.products}
        return {**self._drawn(element), **waivers, **usual, "answer": "refused"}

    def _override(self) -> dict[str, Any]:
        return {"granted": self.luck.choice(YES_NO)}

    def _inform(self) -> dict[str, Any]:
        return {"wish": self.luck.choice(["incident", "termination"])}

    def _step_03(self) -> dict[str, Any]:
        drawn: dict[str, Any] = {"answer": self.luck.choice(ANSWERS)}
        for product in (self.home.internet, self.home.television):
            drawn[f"kind_{product.pk}"] = self.luck.choice(["bill_waiver", "compensation"])
            most = float(product.price)
            drawn[f"amount_{product.pk}"] = str(self.luck.randint(1, int(most))) if most else ""
        return drawn

    def _step_07(self) -> dict[str, Any]:
        if self.luck.choice(YES_NO) == "no":
            return {"solved": "no", "cause": "plant", "tasks": []}
        return {"solved": "yes", "tasks": self.luck.sample(Task.values, self.luck.randint(1, 5)), **TASK_DETAILS}

    def _step_08(self) -> dict[str, Any]:
        return {f"working_{product.pk}": "on" for product in (self.home.internet, self.home.television)}

    def _step_09(self) -> dict[str, Any]:
        verdict = self.luck.choice(["passed", "passed", "passed", "failed"])
        why = {"reasons": ["goes_on"]} if verdict == "failed" else {}
        return {"verdict": verdict, "answer": "Lo que dijo", **why}

    def _step_10(self) -> dict[str, Any]:
        if self.luck.random() < 0.2:
            self.home.fault(days_ago=0.01)
        return self._step_09()

    def _step_11(self) -> dict[str, Any]:
        demands = [demand for demand, _label in step_11_reason.DEMANDS]
        return {
            "reason": self.luck.choice(Reason.values),
            "demand": self.luck.choice(demands),
            "competitor": "Otra",
            "competitor_offer": "100 Mb",
        }

    def _step_12(self) -> dict[str, Any]:
        return {
            **self._compensations(),
            "answer": self.luck.choice(ANSWERS),
            "firm_no": "",
        }

    def _compensations(self) -> dict[str, str]:
        """Of one product or several, with an amount of its own or none."""
        chosen = self.luck.sample(self.products, self.luck.randint(1, len(self.products)))
        fields = {f"days_{product.pk}": str(self.luck.randint(1, 28)) for product in chosen}
        amounts = {f"amount_{product.pk}": self.luck.choice(["", "", "50", "200", "900"]) for product in chosen}
        return fields | amounts

    def _step_14(self) -> dict[str, Any]:
        product = self.luck.choice(self.products)
        kind = "bandwidth" if product == self.home.internet else "premium_channels"
        begins = clock.today() + dt.timedelta(days=self.luck.choice([0, 0, 9]))
        answer = self.luck.choice(ANSWERS)
        return {"courtesy": f"{kind}:{product.pk}", "starts_on": begins.isoformat(), "answer": answer}

    def _transfer(self) -> dict[str, Any]:
        return {"answer": self.luck.choice(ANSWERS)}

    def _termination(self) -> dict[str, Any]:
        return {"products": [str(product.pk) for product in self.products]}


def sign(cast: Cast, now: dt.datetime) -> None:
    """Sign the month of `now` once it is over."""
    month = clock.month_of(now)
    with clock.at(clock.start_of_day(clock.next_month(month))):
        insight.sign_evaluation(
            month, findings="—", decisions="—", reformulate=False, actor=cast[Role.COMMERCIAL_MANAGEMENT]
        )


def nothing_is_left_open(case: RetentionCase) -> None:
    assert case.closed_at
    assert case.outcome not in ("running", "accepted")
    assert case.instance.status == Instance.Status.COMPLETED
    assert actions.OUTCOMES[case.instance.outcome] == case.outcome
    assert not WorkItem.objects.filter(status=WorkItem.Status.OPEN).exists()
    assert not Wait.objects.filter(ended_at=None).exists()
    assert not WorkOrder.objects.filter(closed_at=None).exists()
    assert not QualityControl.objects.filter(verdict="pending").exists()
    open_promises = Promise.objects.filter(state="open")
    assert {promise.kind for promise in open_promises} <= OUTLIVE
    if case.outcome in ("termination", "closed_elsewhere"):
        courtesies = Courtesy.objects.filter(case_number=case.number).exclude(status="withdrawn")
        assert set(courtesies.values_list("status", flat=True)) <= {"active"}  # none starts after the customer left
        assert [promise.kind for promise in open_promises].count("courtesy") == courtesies.count()
        # A credit that billing granted on a month to come waits for that month's bill.
        granted = set(Credit.objects.filter(bill=None).values_list("adjustment__claim__number", flat=True))
        assert all(promise.kind == "courtesy" or promise.proof in granted for promise in open_promises)


def the_books_are_right(case: RetentionCase) -> None:
    live = BillingClaim.objects.filter(state__in=["entered", "applied"])
    assert not live.values("product", "month").annotate(n=Count("id")).filter(n__gt=1).exists()
    assert all(0 < claim.amount <= 2 * claim.product.price for claim in live.select_related("product"))
    assert all(0 <= bill.credited <= bill.total for bill in Bill.objects.all())
    months = Bill.objects.filter(customer=case.customer)
    credited = sum((bill.credited for bill in months), Decimal())
    assert credited <= sum((claim.amount for claim in live.filter(state="applied")), Decimal())
    given_away = Offer.objects.filter(claim__in=live)  # what was cancelled with an insistence is given up by who stays
    assert not given_away.exclude(answer="accepted").exists()
    assert not given_away.filter(approval="refused").exists()
    assert Courtesy.objects.filter(case_number=case.number).exclude(status="withdrawn").count() <= 1
    assert (Termination.objects.count() > 0) is (case.outcome == "termination")
    assert Receipt.objects.filter(kind="termination").count() == (case.outcome == "termination")


def the_history_is_whole(case: RetentionCase) -> None:
    steps = Event.objects.filter(case_number=case.number, kind="case.step_completed")
    done = WorkItem.objects.filter(instance=case.instance, status=WorkItem.Status.COMPLETED)
    told = [element for element in steps.values_list("data__element", flat=True) if element != "step_15"]
    assert sorted(told) == sorted(done.values_list("element", flat=True))
    assert Event.objects.filter(case_number=case.number, kind="case.opened").count() == 1
    stays = Event.objects.filter(case_number=case.number, kind="case.stayed").count()
    assert case.instance.facts.get("refusals", 0) <= 2 + stays
    after_firm_no = Offer.objects.filter(case=case, answer="refused", firm_no=True)
    if first := after_firm_no.order_by("id").first():
        later = Offer.objects.filter(case=case, id__gt=first.id).exclude(offered_at=first.offered_at)
        assert later.filter(answer="refused").values("offered_at").distinct().count() <= 1


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=20 if connection.vendor == "sqlite" else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_every_case_ends_and_leaves_the_books_right(cast: Cast, seed: int) -> None:
    with transaction.atomic():
        wanderer = Wanderer(cast, seed)
        wanderer.go()
        case = wanderer.walk.reload()
        if not case.closed_at:
            assert wanderer.walk.open == []
            sign(cast, wanderer.now)
            case = wanderer.walk.reload()
        nothing_is_left_open(case)
        the_books_are_right(case)
        the_history_is_whole(case)
        transaction.set_rollback(True)
