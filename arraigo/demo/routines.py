"""What goes on beside the cases: bills of the customers with cases, sweeps, bajas carried out, evaluations."""

import datetime as dt
import random
from collections.abc import Iterator

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing import queries as bills
from arraigo.billing.models import Bill, BillingClaim
from arraigo.customers.models import Customer
from arraigo.demo.bills import CHANNELS, DUE_DAY, ISSUED_DAY, charged
from arraigo.demo.people import World
from arraigo.demo.plan import CASE_DAYS, Plan
from arraigo.insight import actions as insight
from arraigo.insight import live_base, saves
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention import sweeps
from arraigo.terminations import actions as terminations
from arraigo.terminations.queries import waiting

SWEEPS = (sweeps.start_courtesies, sweeps.end_courtesies, sweeps.deliver_commands, saves.judge_due_cases)

LOOKS = (sweeps.find_repeat_faults, sweeps.count_bills)
"""What is known only once a sweep has gone over everything."""

REVIEWS = {
    Role.HEAD_CUSTOMER_RELATIONS: "Los equipos ofrecen dentro de lo permitido; las llamadas de control van al día.",
    Role.HEAD_RESOURCES: "Las visitas se hacen dentro de las 24 horas; falta material de acometida en dos centros.",
}
"""What the heads of division wrote each month (indicator, III.2)."""


def months_of_bills(plan: Plan, customer: Customer, world: World) -> Iterator[dt.datetime]:
    """Open, issue and collect the bills of a customer with a case, from the month the case opened in."""
    assert plan.case is not None
    rng = random.Random(f"bills {plan.index}")
    yield plan.case.opened_at
    month = clock.previous_month(clock.month_of(clock.now()))
    while True:
        following = clock.next_month(month)
        yield max(clock.now(), clock.start_of_day(following) + dt.timedelta(minutes=5))
        _open(customer, following)
        yield max(clock.now(), clock.start_of_day(following.replace(day=ISSUED_DAY)) + dt.timedelta(hours=3))
        bill = Bill.objects.filter(customer=customer, month=month).first()
        if bill and bill.state == Bill.State.UNBILLED:
            day = following.replace(day=ISSUED_DAY)
            billing.issue_bill(bill, issued_on=day, due_on=following.replace(day=DUE_DAY))
        yield clock.now() + dt.timedelta(days=rng.randint(2, 20), minutes=rng.randint(300, 900))
        _collect(customer, rng)
        month = following


def _open(customer: Customer, month: dt.date) -> None:
    products = list(Product.objects.filter(customer=customer).select_related("offering").order_by("id"))
    lines = [(p, p.offering.name, p.price) for p in charged(products, month)]
    if lines and not Bill.objects.filter(customer=customer, month=month).exists():
        billing.open_month(customer, month, lines)


def _collect(customer: Customer, rng: random.Random) -> None:
    for bill in Bill.objects.filter(customer=customer, state=Bill.State.ISSUED).order_by("month"):
        owed = bills.balance(bill)
        if owed:
            billing.pay(bill, amount=owed, paid_at=clock.now(), channel=rng.choice(CHANNELS))


def days(world: World) -> Iterator[dt.datetime]:
    """Each morning: courtesies, commands, claims that billing confirms, bajas that are carried out."""
    day = world.today - dt.timedelta(days=CASE_DAYS)
    while True:
        yield clock.start_of_day(day) + dt.timedelta(hours=8)
        for sweep in SWEEPS:
            sweep()
        _confirm_claims(world)
        _execute_terminations(world)
        day += dt.timedelta(days=1)


def look_around() -> None:
    """Find whom to call and what is left to bill, as the worker soon would: nobody opens an empty list meanwhile."""
    for look in LOOKS:
        look()


def _confirm_claims(world: World) -> None:
    """Billing decides what has waited for two days; what is newer waits in its tray."""
    actor = world.staff.having(Role.BILLING)[0]
    old = clock.now() - dt.timedelta(days=2)
    for claim in BillingClaim.objects.filter(state=BillingClaim.State.ENTERED, entered_at__lt=old).order_by("id"):
        billing.confirm_claim(claim, actor=actor)


def _execute_terminations(world: World) -> None:
    """Billing carries out what was registered twelve days ago; what is newer waits in its list."""
    old = clock.now() - dt.timedelta(days=12)
    for termination in waiting().filter(requested_at__lt=old).order_by("id"):
        terminations.execute_termination(termination, actor=None)


def evaluations(world: World) -> Iterator[dt.datetime]:
    """The heads review each month on the 4th of the next, commercial management signs it on the 5th; the last month
    is left to be reviewed and signed."""
    actor = world.staff.having(Role.COMMERCIAL_MANAGEMENT)[0]
    last = clock.previous_month(world.today)
    month = (world.today - dt.timedelta(days=CASE_DAYS)).replace(day=1)
    while month < last:
        yield clock.start_of_day(clock.next_month(month).replace(day=4)) + dt.timedelta(hours=11)
        live_base.count_live_base()
        for role, comment in REVIEWS.items():
            insight.review_indicator(month, role=role, comment=comment, actor=world.staff.having(role)[0])
        yield clock.start_of_day(clock.next_month(month).replace(day=5)) + dt.timedelta(hours=10)
        insight.sign_evaluation(
            month,
            findings="Las visitas dentro de 24 horas sostienen las retenciones; los daños por lluvia se concentran "
            "en las zonas con acometida antigua.",
            decisions="Reforzar el cambio de acometidas antes de la época de lluvias.",
            reformulate=False,
            actor=actor,
        )
        month = clock.next_month(month)
