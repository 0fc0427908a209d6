"""Making the demo: two years of an operator in bulk, then cases of the last months through the procedure."""

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from arraigo import clock
from arraigo.billing.models import Bill, BillLine, Payment
from arraigo.customers.models import CreditListing, Customer, Phone, SearchToken
from arraigo.demo import routines, telling
from arraigo.demo.agenda import Agenda
from arraigo.demo.bills import make_bills
from arraigo.demo.catalogue import make_catalogue
from arraigo.demo.chance import chance
from arraigo.demo.departures import make_departures
from arraigo.demo.errors import DatabaseInUse, DemoInProduction, MomentAhead, MomentTooEarly
from arraigo.demo.faults import make_faults, make_outages
from arraigo.demo.people import World, make_customers
from arraigo.demo.places import make_points, make_zones
from arraigo.demo.plan import MONTHS, Plan, make_plans
from arraigo.demo.staff import make_staff
from arraigo.demo.stories import CaseStory
from arraigo.demo.usage import make_usage
from arraigo.eventlog import actions as eventlog
from arraigo.eventlog import seal
from arraigo.people.models import User
from arraigo.procedure.models import ProcedureVersion
from arraigo.products.models import Product
from arraigo.retention.models import RetentionCase
from arraigo.storage.bare import bare
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TicketChange, TroubleTicket
from arraigo.usage.models import Usage
from arraigo.workdays import actions as workdays

CASES = 151
EARLIEST = 2003
"""Year of the earliest demo: months are evaluated from 2000 on, and its history begins more than two years before."""
BLOCK = 5_000
"""Customers that are in memory at a time."""
IN_BULK = (
    Customer, Phone, SearchToken, CreditListing, Product, TroubleTicket, TicketChange, Termination, Bill, BillLine,
    Payment, Usage,
)  # fmt: skip
"""Whose tables are filled without their indexes, where there is much to fill."""
COUNTED = {"products": Product, "tickets": TroubleTicket, "terminations": Termination, "bills": Bill}
Say = Callable[[str], None]


def make_demo(customers: int, *, seed: int, at: dt.datetime, cases: int = CASES, say: Say) -> dict[str, int]:
    """Fill an empty database as of `at`; counts by noun. The same arguments give the same data.

    Raises DemoInProduction, DatabaseInUse, MomentAhead, MomentTooEarly.
    """
    check(at)
    with clock.at(at - dt.timedelta(days=30 * MONTHS)):
        world = _groundwork(customers, seed, at, min(cases, customers // 3), say)
    with clock.at(at):
        counts = _bulk(world, say)
    counts["moments"] = _stories(world, say)
    with clock.at(at):
        routines.look_around()
        seal.seal()
    return counts | {"customers": customers, "cases": RetentionCase.objects.count()}


def check(at: dt.datetime) -> None:
    """Raises DemoInProduction, DatabaseInUse, MomentAhead or MomentTooEarly where no demo can be made."""
    if settings.PRODUCTION:
        raise DemoInProduction
    if Customer.objects.exists() or User.objects.exists():
        raise DatabaseInUse
    if at > clock.now():
        raise MomentAhead
    if at.year < EARLIEST:
        raise MomentTooEarly(EARLIEST)


@transaction.atomic
def _groundwork(customers: int, seed: int, at: dt.datetime, cases: int, say: Say) -> World:
    """The procedure, the calendar, staff, zones and catalogue."""
    say("staff, zones, catalogue")
    if not ProcedureVersion.objects.filter(is_current=True).exists():
        call_command("load-procedure", stdout=_Quiet(say))
    for year in range(at.year - 2, at.year + 2):
        workdays.fill_holidays(year)
    staff = make_staff(chance(seed, "staff"))
    zones = make_zones(staff.units)
    plans = make_plans(customers, cases, seed, at)
    return World(at, seed, staff, zones, make_catalogue(), plans, splitters=make_points(zones))


class _Quiet:
    """Takes what another command prints."""

    def __init__(self, say: Say) -> None:
        self.say = say

    def write(self, text: str) -> None:
        if text.strip():
            self.say(text.strip())


def _bulk(world: World, say: Say) -> dict[str, int]:
    """What is written in bulk, block by block, and one event that tells it.

    A demo of one block is one transaction. On SQLite a larger one is committed block by block, since its
    log would outgrow the database; on PostgreSQL it is one transaction, and the indexes come at its end.
    """
    blocks = [world.plans[begin : begin + BLOCK] for begin in range(0, len(world.plans), BLOCK)]
    large = len(blocks) > 1
    together = transaction.atomic() if large and connection.vendor == "postgresql" else nullcontext()
    with together, bare(IN_BULK) if large else nullcontext():
        for number, plans in enumerate(blocks, 1):
            with transaction.atomic():
                _block(world, plans)
                if number == len(blocks):
                    _tell(world)
            _progress(world, large, say)
    _statistics()
    return {noun: world.loader.counts[model._meta.db_table] for noun, model in COUNTED.items()}


def _block(world: World, plans: list[Plan]) -> None:
    block = make_customers(world, plans)
    world.outages = world.outages or make_outages(world)
    make_faults(world, block)
    make_departures(world, block)
    make_bills(world, block)
    make_usage(world, block)


def _progress(world: World, large: bool, say: Say) -> None:
    counts = world.loader.counts
    done = counts[Customer._meta.db_table]
    share = f" of {len(world.plans):,}" if large else ""
    say(f"customers {done:,}{share}, bills {counts[Bill._meta.db_table]:,}, rows {counts.total():,}")
    if large and done == len(world.plans):
        say("indexes and statistics")


def _tell(world: World) -> None:
    world.loader.finish()
    counts = {noun: world.loader.counts[model._meta.db_table] for noun, model in COUNTED.items()}
    told = {"customers": len(world.plans), **counts, "sha256": world.loader.sha256}
    eventlog.record("demo.filled", Customer.objects.order_by("pk")[0], actor=None, data=told)


def _statistics() -> None:
    """What the databases plan their queries by."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _stories(world: World, say: Say) -> int:
    """Take the cases through the procedure, in the order of time."""
    agenda = Agenda(world.at)
    agenda.add(routines.days(world))
    agenda.add(routines.evaluations(world))
    agenda.add(telling.days(world))
    for plan, customer in world.cased:
        agenda.add(routines.months_of_bills(plan, customer, world))
        agenda.add(CaseStory(plan, customer, world).tell())
    told: set[dt.date] = set()

    def tell(moment: dt.datetime) -> None:
        week = clock.local(moment).date()
        if week.weekday() == 0 and week not in told:
            told.add(week)
            say(f"cases: week of {week:%Y-%m-%d}")

    moments = agenda.run(tell)
    telling.leave_the_past()
    return moments
