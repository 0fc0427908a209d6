"""What is killed: a desk that carries cases through their steps, a worker that sweeps.

Both find everything in the database, so that whoever comes after one that was killed goes on with
what it left. What a process was told is done, it notes in a file outside of the database.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.db.models import Max

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import Bill
from arraigo.customers.models import Customer
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.insight import actions as insight
from arraigo.insight import queries as evaluations
from arraigo.people.models import Role, User
from arraigo.products.models import Product
from arraigo.retention import actions, sweeps
from arraigo.retention.errors import StepInvalid
from arraigo.retention.models import RetentionCase
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from tests.cast import NOW, Cast, Household, Walk
from tests.paths.test_random_walks import Wanderer


class FoundCast(Cast):
    """The cast that an earlier process entered."""

    def __post_init__(self) -> None:
        self.people = {user.username: user for user in User.objects.all()}


class FoundHousehold(Household):
    def __init__(self, cast: Cast, customer: Customer) -> None:
        self.cast, self.customer = cast, customer
        self.internet, self.television = customer.products.select_related("offering").order_by("pk")

    @property
    def alive(self) -> list[Product]:
        return [product for product in (self.internet, self.television) if product.is_alive]


class FoundWalk(Walk):
    """A case that somebody opened. `done` is told of every work item once it is completed."""

    def __init__(self, home: Household, case: RetentionCase, done: Callable[[int], None]) -> None:
        self.cast, self.home, self.case, self.done = home.cast, home, case, done
        self.taken = 0

    def item(self, element: str) -> WorkItem:
        item = super().item(element)
        self.taken = item.pk
        return item

    def __call__(self, element: str, *, by: str = "", **data: Any) -> Any:
        advance = super().__call__(element, by=by, **data)
        self.done(self.taken)
        return advance


class Clerk(Wanderer):
    """Answers for one case, as the random walks do."""

    def __init__(self, walk: FoundWalk, luck: Random) -> None:
        self.cast, self.luck, self.walk, self.home = walk.cast, luck, walk, walk.home
        self.products = list(walk.case.products.all())

    def step(self) -> None:
        """Carry out one open step; where the rules take no answer, the customer insists on leaving."""
        element = self.luck.choice(self.walk.open)
        try:
            self._carry_out(element)
        except StepInvalid:
            if element == "termination":
                raise
            actions.insist(self.walk.case.pk, actor=self.cast[Role.ADVISOR])


def latest() -> dt.datetime:
    """When the last thing happened, by the clock of the story."""
    return Event.objects.aggregate(at=Max("at"))["at"] or NOW


class Desk:
    """Everybody in the office: opens cases, carries out steps, bills, executes, evaluates."""

    pause = 0.0
    """Seconds between two moves."""

    def __init__(self, seed: int, notes: Path) -> None:
        self.luck, self.cast, self.notes = Random(seed), FoundCast(), notes

    def done(self, item_id: int) -> None:
        with self.notes.open("ab", buffering=0) as notes:
            notes.write(b"%d\n" % item_id)

    def move(self) -> None:
        now = latest() + dt.timedelta(minutes=self.luck.randint(1, 300))
        with clock.at(now):
            customer = self.luck.choice(list(Customer.objects.order_by("pk")))
            home = FoundHousehold(self.cast, customer)
            self._bill(home, clock.month_of(now))
            self._go_on(home)
            if self.luck.random() < 0.1:
                self._evaluate()

    def _bill(self, home: FoundHousehold, month: dt.date) -> None:
        """Open the present month's bill; issue what was open before, and take some of the money."""
        if home.alive and not Bill.objects.filter(customer=home.customer, month=month).exists():
            lines = [(product, str(product), product.price) for product in home.alive]
            billing.open_month(home.customer, month, lines)
        earlier = Bill.objects.filter(customer=home.customer, month__lt=month)
        for bill in earlier.filter(state=Bill.State.UNBILLED):
            billing.issue_bill(bill, issued_on=month, due_on=month + dt.timedelta(days=20))
        for bill in earlier.filter(state=Bill.State.ISSUED):
            owed = bill.total - bill.credited - bill.paid
            if owed > Decimal() and self.luck.random() < 0.5:
                billing.pay(bill, amount=owed, paid_at=clock.now())

    def _go_on(self, home: FoundHousehold) -> None:
        case = RetentionCase.objects.filter(customer=home.customer, closed_at=None).first()
        if case is None:
            self._execute(home)
            self._open(home)
            return
        walk = FoundWalk(home, case, self.done)
        luck = self.luck.random()
        if luck < 0.02:
            actions.close_elsewhere(case.pk, actor=None, because="death")
        elif walk.open:
            Clerk(walk, self.luck).step()

    def _execute(self, home: FoundHousehold) -> None:
        for termination in Termination.objects.filter(customer=home.customer, executed_at=None):
            terminations.execute_termination(termination, actor=None)

    def _open(self, home: FoundHousehold) -> None:
        products = FoundHousehold(self.cast, home.customer).alive
        if not products:
            return
        for ago in self.luck.sample(range(1, 30), self.luck.randint(1, 3)):
            home.fault(days_ago=ago, product=products[0], solved=self.luck.random() < 0.8)
        chosen = self.luck.sample(products, self.luck.randint(1, len(products)))
        Walk(home, products=chosen)

    def _evaluate(self) -> None:
        """Sign the month whose turn it is, once it is over."""
        month = evaluations.due_month()
        if month >= NOW.date().replace(day=1) and clock.today() >= clock.next_month(month):
            by = self.cast[Role.COMMERCIAL_MANAGEMENT]
            insight.sign_evaluation(month, findings="—", decisions="—", reformulate=False, actor=by)


class Worker:
    """Sweeps, now or when the next control falls due."""

    pause = 0.03

    def __init__(self, seed: int, notes: Path) -> None:
        self.luck = Random(seed)

    def move(self) -> None:
        now = latest()
        ahead = Wait.objects.filter(kind=Wait.Kind.TIMER, ended_at=None, wake_at__gt=now).order_by("wake_at")
        due = list(ahead.values_list("wake_at", flat=True)[:3])
        with clock.at(self.luck.choice([now, *due])):
            sweeps.run_all()


ROLES: dict[str, Callable[[int, Path], Desk | Worker]] = {"desk": Desk, "worker": Worker}
