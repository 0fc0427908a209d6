"""Making the demo: two years of an operator in bulk, then cases of the last months through the procedure."""

import datetime as dt
import random
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.demo import routines
from arraigo.demo.agenda import Agenda
from arraigo.demo.bills import make_bills
from arraigo.demo.catalogue import make_catalogue
from arraigo.demo.departures import make_departures
from arraigo.demo.digest import digest
from arraigo.demo.errors import DatabaseInUse, DemoInProduction, MomentAhead
from arraigo.demo.faults import make_faults
from arraigo.demo.people import World, make_customers
from arraigo.demo.places import make_zones
from arraigo.demo.plan import MONTHS, make_plans
from arraigo.demo.staff import make_staff
from arraigo.demo.stories import CaseStory
from arraigo.eventlog import actions as eventlog
from arraigo.eventlog import seal
from arraigo.people.models import User
from arraigo.procedure.models import ProcedureVersion
from arraigo.products.models import Product
from arraigo.retention.models import RetentionCase
from arraigo.workdays import actions as workdays

CASES = 150
Say = Callable[[str], None]


def make_demo(customers: int, *, seed: int, at: dt.datetime, cases: int = CASES, say: Say) -> dict[str, int]:
    """Fill an empty database as of `at`; counts by noun. The same arguments give the same data.

    Raises DemoInProduction, DatabaseInUse, MomentAhead.
    """
    _check(at)
    with clock.at(at - dt.timedelta(days=30 * MONTHS)):
        world = _groundwork(customers, seed, at, min(cases, customers // 3), say)
    with clock.at(at):
        counts = _bulk(world, say)
    counts["moments"] = _stories(world, say)
    with clock.at(at):
        seal.seal()
    return counts | {"customers": customers, "cases": RetentionCase.objects.count()}


def _check(at: dt.datetime) -> None:
    if settings.PRODUCTION:
        raise DemoInProduction
    if Customer.objects.exists() or User.objects.exists():
        raise DatabaseInUse
    if at > clock.now():
        raise MomentAhead


@transaction.atomic
def _groundwork(customers: int, seed: int, at: dt.datetime, cases: int, say: Say) -> World:
    """The procedure, the calendar, staff, zones and catalogue."""
    say("staff, zones, catalogue")
    rng = random.Random(seed)
    if not ProcedureVersion.objects.filter(is_current=True).exists():
        call_command("load_procedure", stdout=_Quiet(say))
    for year in range(at.year - 2, at.year + 2):
        workdays.fill_holidays(year)
    staff = make_staff(rng)
    zones = make_zones(staff.units)
    return World(at, rng, staff, zones, make_catalogue(), make_plans(customers, cases, rng, at))


class _Quiet:
    """Takes what another command prints."""

    def __init__(self, say: Say) -> None:
        self.say = say

    def write(self, text: str) -> None:
        if text.strip():
            self.say(text.strip())


@transaction.atomic
def _bulk(world: World, say: Say) -> dict[str, int]:
    """What is written in bulk, and one event that tells it."""
    say("customers and products")
    make_customers(world)
    say("tickets and outages")
    counts = {"products": Product.objects.count(), "tickets": make_faults(world)}
    say("terminations")
    counts["terminations"] = make_departures(world)
    say("bills and payments")
    counts["bills"] = make_bills(world)
    told = {"customers": len(world.customers), **counts, "sha256": digest()}
    eventlog.record("demo.filled", world.customers[0], actor=None, data=told)
    return counts


def _stories(world: World, say: Say) -> int:
    """Take the cases through the procedure, in the order of time."""
    agenda = Agenda(world.at)
    agenda.add(routines.days(world))
    agenda.add(routines.evaluations(world))
    for plan, customer in zip(world.plans, world.customers, strict=True):
        if plan.case:
            agenda.add(routines.months_of_bills(plan, customer, world))
            agenda.add(CaseStory(plan, customer, world).tell())
    told: set[dt.date] = set()

    def tell(moment: dt.datetime) -> None:
        week = clock.local(moment).date()
        if week.weekday() == 0 and week not in told:
            told.add(week)
            say(f"cases: week of {week:%Y-%m-%d}")

    return agenda.run(tell)
