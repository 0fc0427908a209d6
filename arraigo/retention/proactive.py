"""The morning list: customers with a repeated fault who have not asked to leave yet, and calling them.

Who has one is found over all products every quarter of an hour and kept (`RepeatFaultFinding`), so that
the list is a plain query; each page of it is judged again as it is shown.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.customers.models import Customer
from arraigo.eventlog.actions import record
from arraigo.money import ZERO, MoneyField
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.records import key_of
from arraigo.retention import faults
from arraigo.retention.errors import CalledToday, CallEnded, CaseOpenAlready, NoTeam
from arraigo.retention.models import ProactiveCall, RetentionCase
from arraigo.terminations import queries as terminations
from arraigo.tickets.models import RepeatFaultFinding
from arraigo.tickets.queries import FaultHistory
from arraigo.tickets.repetition import repeat_faults_now

EVERY = dt.timedelta(minutes=15)
CHUNK = 500


def refresh_due(now: dt.datetime) -> int:
    """Look again where the last look is EVERY old; how many products have a repeated fault."""
    last = RepeatFaultFinding.objects.aggregate(last=Max("found_at"))["last"]
    if last is not None and now - EVERY < last <= now:
        return 0
    try:
        return refresh(procedures.current_policy(), now)
    except NoProcedure:
        return 0


def refresh(policy: Policy, now: dt.datetime) -> int:
    """Find every product with a repeated fault at `now`, in chunks, instead of what was found before; how many.

    Looking takes seconds at hundreds of thousands of customers: nobody's writing waits for it, only for the result.
    """
    found: list[RepeatFaultFinding] = []
    every = repeat_faults_now(policy, now)
    while histories := list(islice(every, CHUNK)):
        found += _findings(histories, policy, now)
    with transaction.atomic():
        RepeatFaultFinding.objects.all().delete()
        RepeatFaultFinding.objects.bulk_create(found, CHUNK, ignore_conflicts=True)  # another worker's look
    return len(found)


def _findings(histories: Sequence[FaultHistory], policy: Policy, now: dt.datetime) -> list[RepeatFaultFinding]:
    """What is kept of products still in service, with what is at stake."""
    keys = [history.product_id for history in histories]
    alive = Product.objects.filter(pk__in=keys).exclude(status=Product.Status.TERMINATED).select_related("customer")
    products = {product.pk: product for product in alive}
    worth = _monthly({product.customer_id for product in products.values()})
    vips = {product.customer_id: is_vip(product.customer, policy, now) for product in products.values()}
    return [
        RepeatFaultFinding(
            product=product,
            customer_id=product.customer_id,
            fault_count=history.fault_count,
            last_fault_at=history.tickets[-1].opened_at,
            value=worth[product.customer_id],
            vip=vips[product.customer_id],
            found_at=now,
        )
        for history in histories
        if (product := products.get(history.product_id)) is not None
    ]


def _monthly(customers: Iterable[int]) -> dict[int, Decimal]:
    """What each customer's products in service cost in a month, in Bs."""
    alive = Product.objects.filter(customer__in=customers).exclude(status=Product.Status.TERMINATED)
    sums = alive.values_list("customer").annotate(sum=Sum("price", output_field=MoneyField()))
    return defaultdict(lambda: ZERO, dict(sums))


def is_vip(customer: Customer, policy: Policy, now: dt.datetime) -> bool:
    """Whether the customer is VIP (1.2), without a look at the Central de Riesgos. At most one query."""
    if customer.category in policy.value("vip.categories"):
        return True
    average = billing.average_billing(customer, months=policy.integer("vip.months"), as_of=now)
    return average >= policy.money("vip.average_billing")


def to_call() -> QuerySet[RepeatFaultFinding]:
    """Whom to call today, one row a customer: VIP first, then by what is at stake.

    Not who has asked to leave since the last fault or whose case is open, who is being called or was called today, or
    who said after the last fault that nothing is needed.
    """
    theirs = {"customer": OuterRef("customer")}
    last = OuterRef("last_fault_at")
    # A case may open a ticket itself, as its last act.
    incident = Q(outcome=RetentionCase.Outcome.ORDINARY_INCIDENT, closed_at__gte=last)
    cases = RetentionCase.objects.filter(Q(closed_at=None) | Q(opened_at__gte=last) | incident, **theirs)
    leaving = terminations.waiting().filter(**theirs)
    today = Q(day=clock.today())
    content = Q(outcome=ProactiveCall.Outcome.CONTENT, at__gte=OuterRef("last_fault_at"))
    calls = ProactiveCall.objects.filter(today | content, **theirs)
    others = RepeatFaultFinding.objects.filter(**theirs)
    worse = others.filter(
        Q(fault_count__gt=OuterRef("fault_count")) | Q(fault_count=OuterRef("fault_count"), pk__lt=OuterRef("pk"))
    )
    # Not by a join: SQLite would read all customers for it.
    deceased = Customer.objects.filter(pk=OuterRef("customer")).exclude(deceased_on=None)
    nobody = (cases, leaving, calls, worse, deceased)
    return RepeatFaultFinding.objects.filter(*(~Exists(each) for each in nobody)).order_by("-vip", "-value", "id")


def judged(findings: Iterable[RepeatFaultFinding], policy: Policy) -> list[tuple[RepeatFaultFinding, faults.Verdict]]:
    """The findings that are still repeated faults now, with their verdicts. Two queries."""
    rows = list(findings)
    verdicts = {each.product.pk: each for each in faults.verdicts([row.product for row in rows], policy)}
    return [(row, verdicts[row.product_id]) for row in rows if verdicts[row.product_id].repeat_fault]


@transaction.atomic
def call(customer: Customer | int, *, actor: User) -> ProactiveCall:
    """`actor` calls the customer now: nobody else does today.

    Raises CaseOpenAlready, CalledToday, NoTeam where the person has no retention team.
    """
    held = Customer.objects.select_for_update(no_key=True).get(pk=key_of(customer))
    team = actor.unit_as(Role.ADVISOR) or actor.unit_as(Role.TEAM_LEAD)
    if team is None:
        raise NoTeam(str(actor))
    running = RetentionCase.objects.filter(customer=held, closed_at=None).first()
    if running:
        raise CaseOpenAlready(held.name, running.number)
    now = clock.now()
    before = ProactiveCall.objects.filter(customer=held, day=clock.today()).select_related("by").first()
    if before:
        raise CalledToday(str(before.by), held.name, f"{clock.local(before.at):%H:%M}")
    made = ProactiveCall.objects.create(customer=held, day=clock.today(), at=now, by=actor, team=team)
    record("proactive_call.made", held, actor=actor, data={"number": held.number, "call": made.pk})
    return made


def said_today(customer: Customer) -> str:
    """What the customer said in today's call of ours that led to a case; "" where nothing was noted."""
    led_to_a_case = ProactiveCall.objects.filter(
        customer=customer, day=clock.today(), outcome=ProactiveCall.Outcome.CASE
    )
    return led_to_a_case.values_list("note", flat=True).first() or ""


@transaction.atomic
def end(made: ProactiveCall | int, outcome: str, *, note: str = "", actor: User) -> ProactiveCall:
    """Note what came of a call. Raises CallEnded."""
    held = ProactiveCall.objects.select_for_update(of=("self",)).select_related("customer").get(pk=key_of(made))
    if held.ended_at:
        raise CallEnded
    held.outcome, held.note, held.ended_at = outcome, note, clock.now()
    held.save(update_fields=["outcome", "note", "ended_at"])
    told = {"number": held.customer.number, "outcome": outcome, "note": note}
    record("proactive_call.ended", held.customer, actor=actor, data=told)
    return held
