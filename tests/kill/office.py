"""What goes on while parts are killed: people carry cases through their steps over HTTP, and time goes by.

Everything is found in the database, so that whoever comes after a killed part goes on with what it left.
"""

import datetime as dt
import threading
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection
from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import Bill
from arraigo.customers.models import Customer
from arraigo.engine.models import WorkItem
from arraigo.insight import actions as insight
from arraigo.insight import queries as evaluations
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention.models import RetentionCase
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from arraigo.workdays import actions as workdays
from tests.cast import Cast, Household, Walk
from tests.kill.parts import GONE, Browser, session_of
from tests.paths.test_random_walks import Wanderer

TAKEN, REFUSED, TOO_LATE = 302, 400, 409
NEW = 2
"""Households that come at a time: nobody at the counters is ever without work."""
IDLE = 0.01
"""Seconds to wait where no case has an open step."""


class FoundHousehold(Household):
    """The household as it is by now."""

    def __init__(self, cast: Cast, customer: Customer) -> None:
        self.cast, self.customer = cast, customer
        self.internet, self.television = customer.products.select_related("offering").order_by("pk")

    @property
    def alive(self) -> list[Product]:
        return [product for product in (self.internet, self.television) if product.is_alive]


class FoundWalk(Walk):
    """A case that somebody opened."""

    def __init__(self, home: Household, case: RetentionCase) -> None:
        self.cast, self.home, self.case = home.cast, home, case


class Clerk(Wanderer):
    """Answers for one case, as the random walks do."""

    def __init__(self, walk: FoundWalk, luck: Random) -> None:
        self.cast, self.luck, self.walk, self.home = walk.cast, luck, walk, walk.home
        self.products = list(walk.case.products.all())

    _step_10 = Wanderer._step_09

    def ways(self, element: str) -> list[dict[str, Any]]:
        """What to try at the step, one after the other."""
        return [{**self.walk.usual(element), **drawn} for drawn in (self._drawn(element), self._safe(element))]


class Office:
    """Households and their people. `done` are the steps of which the server said that they are done."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.port, self.done = cast, 0, list[int]()
        self.sessions = {role: session_of(user) for role, user in cast.people.items()}
        self.customers: list[Customer] = []
        self.began = clock.month_of(clock.now())

    def homes(self) -> list[FoundHousehold]:
        return [FoundHousehold(self.cast, customer) for customer in self.customers]

    # --- time goes by ----------------------------------------------------------------------------

    def days_go_by(self, days: int, luck: Random) -> None:
        """Move the clock on, with more customers, and do what billing, plant and management do meanwhile."""
        workdays.advance_clock(dt.timedelta(days=days))
        for _new in range(NEW):
            self.customers.append(self.cast.household(f"{900000 + len(self.customers)}").customer)
        for termination in Termination.objects.filter(executed_at=None):
            terminations.execute_termination(termination, actor=None)
        for home in self.homes():
            self._bill(home, luck)
            self._break_something(home, luck)
        month = evaluations.due_month()
        if month >= self.began and clock.today() >= clock.next_month(month):
            by = self.cast[Role.COMMERCIAL_MANAGEMENT]
            insight.sign_evaluation(month, findings="—", decisions="—", reformulate=False, actor=by)

    def _bill(self, home: FoundHousehold, luck: Random) -> None:
        """Open the present month's bill; issue what was open before, and take some of the money."""
        month = clock.month_of(clock.now())
        if home.alive and not Bill.objects.filter(customer=home.customer, month=month).exists():
            billing.open_month(home.customer, month, [(each, str(each), each.price) for each in home.alive])
        earlier = Bill.objects.filter(customer=home.customer, month__lt=month)
        for bill in earlier.filter(state=Bill.State.UNBILLED):
            billing.issue_bill(bill, issued_on=month, due_on=month + dt.timedelta(days=20))
        for bill in earlier.filter(state=Bill.State.ISSUED):
            owed = bill.total - bill.credited - bill.paid
            if owed > Decimal() and luck.random() < 0.5:
                billing.pay(bill, amount=owed, paid_at=clock.now())

    def _break_something(self, home: FoundHousehold, luck: Random) -> None:
        """Faults of who has no case: most of those who will ask to leave then have a repeated one."""
        if home.alive and not RetentionCase.objects.filter(customer=home.customer, closed_at=None).exists():
            home.fault(days_ago=0.1, product=home.alive[0], solved=luck.random() < 0.8)

    # --- people at work --------------------------------------------------------------------------

    def work(self, share: Sequence[Customer], seed: int, stop: threading.Event) -> None:
        """Carry the cases of `share` on until told to stop or the server is gone; to be run in a thread."""
        luck = Random(seed)
        try:
            with suppress(ConnectionAbortedError):
                while not stop.is_set():
                    if not sum(self._serve(customer, luck) for customer in share):
                        stop.wait(IDLE)
        finally:
            connection.close()

    def _serve(self, customer: Customer, luck: Random) -> bool:
        """One step of the customer's case, or a case; whether there was anything to do."""
        home = FoundHousehold(self.cast, customer)
        case = RetentionCase.objects.filter(customer=customer, closed_at=None).first()
        if case is None:
            return bool(home.alive) and self._open(home, luck)
        items = list(WorkItem.objects.filter(instance=case.instance, status=WorkItem.Status.OPEN))
        if items:
            item = luck.choice(items)
            carry_out = self._print if item.element == "step_06" else self._carry_out
            carry_out(FoundWalk(home, case), item, luck)
        return bool(items)

    def _open(self, home: FoundHousehold, luck: Random) -> bool:
        chosen = luck.sample(home.alive, luck.randint(1, len(home.alive)))
        path = reverse("case_new", args=[home.customer.number])
        asked = {
            "channel": "phone", "reason": "faults", "products": [str(product.pk) for product in chosen],
            "contact_phone": "70000001", "address": home.customer.address, "zone": str(self.cast.zone.pk),
        }  # fmt: skip
        return self._ask(Role.ADVISOR, path, asked, {TAKEN}) == TAKEN

    def _carry_out(self, walk: FoundWalk, item: WorkItem, luck: Random) -> None:
        """Where the rules take neither answer, the customer insists on leaving."""
        path = reverse("step", args=[walk.case.number, item.pk])
        for answers in Clerk(walk, luck).ways(item.element):
            status = self._ask(item.role, path, answers, {TAKEN, REFUSED, TOO_LATE})
            if status == TAKEN:
                self.done.append(item.pk)
            if status != REFUSED:
                return
        self._ask(Role.ADVISOR, reverse("case_insist", args=[walk.case.number]), {}, {TAKEN, TOO_LATE})

    def _print(self, walk: FoundWalk, item: WorkItem, luck: Random) -> None:
        """On the board: printed and given to somebody in one transaction, step 6 completed in the next."""
        order = WorkOrder.objects.get(case_number=walk.case.number, closed_at=None)
        chosen = {"order": order.number, "technician": self.cast[Role.TECHNICIAN].pk}
        self._ask(item.role, reverse("operations_print"), chosen, {TAKEN})
        self.done.append(item.pk)

    def _ask(self, role: str, path: str, data: dict[str, Any], expected: set[int]) -> int:
        """The status of the answer. Raises ConnectionAbortedError where none came."""
        status = Browser(self.port, self.sessions[role]).ask("POST", path, data)
        if status == GONE:
            raise ConnectionAbortedError
        assert status in expected, (status, path, data)
        return status
