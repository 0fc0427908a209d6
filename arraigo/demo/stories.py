"""The story of one case: each open item is carried out by the person whose lane it is."""

import datetime as dt
import random
from collections.abc import Iterator

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.demo import answers
from arraigo.demo.people import World
from arraigo.demo.plan import CasePlan, Plan
from arraigo.demo.scenarios import Answer, Do, Elsewhere, Insist, Stay, Stop
from arraigo.engine.models import Wait, WorkItem
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.quality import actions as quality
from arraigo.quality.models import QualityControl
from arraigo.quality.queries import ContactRule, planner_for
from arraigo.retention import actions, control_form, sweeps
from arraigo.retention.models import RetentionCase
from arraigo.retention.reasons import details
from arraigo.tickets import actions as tickets
from arraigo.workdays import queries as workdays

MINUTES = {
    "step_01": (3, 8), "step_02": (1, 3), "step_03": (5, 12), "step_03_recurrence": (60, 300), "step_04": (2, 4),
    "step_05": (3, 6), "step_06": (40, 200), "step_07": (150, 800), "step_08": (25, 60), "step_08_unsolved": (10, 30),
    "route_to_plant": (40, 150), "approve": (20, 60), "override": (20, 50), "step_09": (5, 90), "step_10": (5, 90),
}  # fmt: skip
"""Element → least and most minutes until somebody does it."""
OTHERWISE = (2, 8)
CONTROLS = {"step_09": QualityControl.Kind.POST_VISIT, "step_10": QualityControl.Kind.POST_SERVICE}
WINDOWS = (("09:00", "12:30"), ("14:30", "19:00"))
WORDS = {
    "faults": "Ya reclamé varias veces y se sigue cortando. Quiero darme de baja.",
    "compensation": "Estuve días sin servicio y me cobran el mes completo.",
    "better_offer": "La competencia me ofrece más megas por menos.",
    "price": "Me resulta muy caro.",
    "moving": "Me mudo a otra zona.",
    "no_use": "Casi no lo uso.",
    "death": "El titular falleció, quiero cerrar la cuenta.",
    "other": "Quiero dar de baja el servicio.",
}


class CaseStory:
    """One case on its way, by its scenario."""

    def __init__(self, plan: Plan, customer: Customer, world: World) -> None:
        assert plan.case is not None
        self.case_plan: CasePlan = plan.case
        self.plan, self.customer, self.world = plan, customer, world
        self.rng = random.Random(f"{plan.index} {plan.case.scenario.name}")
        self.answers = {name: list(each) for name, each in plan.case.scenario.answers.items()}
        self.left: set[int] = set()
        self.case: RetentionCase
        self.recurs_at: dt.datetime | None = None
        """When the fault comes back, until it has."""

    def tell(self) -> Iterator[dt.datetime]:
        """Open the case, then whatever is open or due, until nothing is left to do."""
        yield self.case_plan.opened_at
        self._open()
        if self.case_plan.scenario.recurs:
            self.recurs_at = clock.now() + dt.timedelta(days=self.rng.uniform(9, 20))
        while True:
            item = self._item()
            if item is not None:
                yield from self._work(item)
            elif wake_at := self._wakes_at():
                yield from self._sleep(wake_at)
            else:
                return

    def _open(self) -> None:
        scenario = self.case_plan.scenario
        phone = self.customer.phones.get(is_contact=True).number
        channel = self.rng.choice(RetentionCase.Channel.values)
        products = [p for p in self.world.products[self.customer.pk] if p.is_alive]
        chosen = products[:2] if scenario.television else products[:1]
        self.case = actions.open_case(
            self.customer, chosen, actor=self._advisor(), channel=channel, reason=scenario.reason,
            reason_detail=self._detail(), words=WORDS[scenario.reason], contact_phone=phone,
        )  # fmt: skip

    def _detail(self) -> str:
        """A detail of the reason, as the policy names them."""
        return self.rng.choice(list(details(procedures.current_policy(), self.case_plan.scenario.reason)) or [""])

    def _advisor(self) -> User:
        if self.case_plan.for_accounts or self.rng.random() < 0.3:
            return self.world.staff.people["asesor"]
        return self.rng.choice(self.world.staff.having(Role.ADVISOR))

    def _items(self) -> list[WorkItem]:
        rows = WorkItem.objects.filter(instance_id=self.case.instance_id, status=WorkItem.Status.OPEN)
        return list(rows.select_related("unit").order_by("id"))

    def _item(self) -> WorkItem | None:
        return next((item for item in self._items() if item.pk not in self.left), None)

    def _wakes_at(self) -> dt.datetime | None:
        waits = Wait.objects.filter(instance_id=self.case.instance_id, ended_at=None, kind=Wait.Kind.TIMER)
        return waits.order_by("wake_at").values_list("wake_at", flat=True).first()

    def _sleep(self, wake_at: dt.datetime) -> Iterator[dt.datetime]:
        """Until a wait is over; the fault that comes back comes in between."""
        recurs_at = self.recurs_at
        if recurs_at and clock.now() < recurs_at < wake_at:
            self.recurs_at = None
            yield recurs_at
            product = self.case.products.order_by("id")[0]
            tickets.open_ticket(self.customer, product, actor=None, symptom="cuts", description="Volvió a cortarse.")
        yield max(wake_at, clock.now())
        sweeps.wake_due_cases()

    def _work(self, item: WorkItem) -> Iterator[dt.datetime]:
        answer = self._answer(item.element)
        if isinstance(answer, Stop):
            self.left.add(item.pk)
            return
        if isinstance(answer, Do) and answer.data.get("verdict") == "not_reached":
            yield from self._attempts(item)
        yield self._moment(item)
        if any(item.pk == still.pk for still in self._items()):
            self._carry_out(item, answer)

    def _answer(self, element: str) -> Answer:
        left = self.answers.get(element)
        return left.pop(0) if left else Do()

    def _moment(self, item: WorkItem) -> dt.datetime:
        names = [name for name in MINUTES if item.element.startswith(name)]
        least, most = MINUTES[max(names, key=len)] if names else OTHERWISE
        moment = clock.now() + dt.timedelta(minutes=self.rng.uniform(least, most))
        return workdays.next_call_moment(moment, WINDOWS) if item.element in CONTROLS else moment

    def _attempts(self, item: WorkItem) -> Iterator[dt.datetime]:
        """Three calls at different hours that nobody answers, each as soon as one counts."""
        calls = list[dt.datetime]()
        while moment := _next_attempt(calls):
            yield moment
            control = control_form.pending(self.case.number, CONTROLS[item.element])
            quality.record_attempt(control, reached=False, note="No contesta.", actor=self._actor(item))
            calls.append(clock.now())

    def _carry_out(self, item: WorkItem, answer: Answer) -> None:
        self.case.refresh_from_db()
        actor = self._actor(item)
        if isinstance(answer, Insist):
            actions.insist(self.case.pk, actor=self.case.owner)
        elif isinstance(answer, Stay):
            actions.stay(self.case.pk, why=answer.why, words=answer.words, actor=self.case.owner)
        elif isinstance(answer, Elsewhere):
            actions.close_elsewhere(self.case.pk, actor=self.case.owner, because=answer.because)
        elif isinstance(answer, Do):
            data = answers.usual(self.case, item, answer.data, self._technician(item), self.rng)
            files = {"photo": data.pop("photo")} if "photo" in data else {}
            actions.complete_step(item.pk, actor=actor, data=data, files=files)

    def _actor(self, item: WorkItem) -> User:
        """The person it was given to, else somebody of the lane in the unit."""
        if item.assignee_id:
            return User.objects.get(pk=item.assignee_id)
        unit = item.unit.code if item.unit and item.role in answers.ROLES_OF_UNIT else ""
        people = self.world.staff.having(item.role, unit)
        return people[0] if self.case_plan.for_accounts else self.rng.choice(people)

    def _technician(self, item: WorkItem) -> int:
        if item.element != "step_06" or item.unit is None:
            return 0
        people = self.world.staff.having(Role.TECHNICIAN, item.unit.code)
        chosen = people[0] if self.case_plan.for_accounts else self.rng.choice(people)
        return chosen.pk


def _next_attempt(calls: list[dt.datetime]) -> dt.datetime | None:
    """When to call again after `calls` in vain; None where they suffice."""
    planner = planner_for(ContactRule.of(3, 2, WINDOWS), calls)
    tried = planner.tried(calls)
    return None if tried.enough else planner.next_call(tried)[0] + dt.timedelta(minutes=10)
