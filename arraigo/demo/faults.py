"""Trouble tickets with seasons and returning faults, and mass outages, written in bulk."""

import datetime as dt
import random
from collections.abc import Iterator

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.demo.bulk import Loader, stamp
from arraigo.demo.chance import chance
from arraigo.demo.people import Block, World
from arraigo.demo.plan import CASE_DAYS, MONTHS, Plan
from arraigo.numbering import DIGITS
from arraigo.products.models import Product
from arraigo.tickets.models import Outage, TicketChange, TroubleTicket

RAINY = {11: 1.3, 12: 1.8, 1: 2.2, 2: 2.1, 3: 1.4, 7: 0.7, 8: 0.7}
"""Month → how many faults against an ordinary month: the rains."""
SYMPTOMS = {
    "internet": ("cuts", "slow", "no_signal", "wifi", "unstable"),
    "television": ("tv", "no_signal"),
    "telephone": ("phone",),
    "wireless": ("no_signal", "unstable"),
}
TOLD = {
    "cuts": "Se corta varias veces al día.",
    "slow": "Muy lento por las noches.",
    "no_signal": "No tiene señal.",
    "wifi": "El wifi no llega a los dormitorios.",
    "unstable": "La señal va y viene.",
    "tv": "Canales pixelados.",
    "phone": "Ruido en la línea, no puede llamar.",
}
REPAIRS = ("Reinicio del equipo", "Cambio de conector", "Ajuste de nivel", "Cambio de módem", "Revisión en planta")


def make_faults(world: World, block: Block) -> None:
    """Write the block's tickets with the changes of their states."""
    tickets = [
        ticket
        for plan, customer in block.pairs
        for ticket in _tickets(plan, customer, block.products[customer.pk], world)
    ]
    tickets.sort(key=lambda ticket: (ticket.opened_at, ticket.product_id))
    _number(tickets, world.loader)
    world.loader.records(TroubleTicket, tickets)
    keys = world.loader.keys(TicketChange)
    changes = [change for ticket in tickets for change in _changes(ticket, keys)]
    world.loader.rows(TicketChange, ["id", "ticket_id", "before", "after", "at", "note"], changes)


def _number(tickets: list[TroubleTicket], loader: Loader) -> None:
    keys = loader.keys(TroubleTicket)
    for ticket in tickets:
        ticket.pk = next(keys)
        ticket.number = f"TK-{clock.local(ticket.opened_at).year}-{ticket.pk:0{DIGITS}d}"


def _tickets(plan: Plan, customer: Customer, products: list[Product], world: World) -> Iterator[TroubleTicket]:
    """Chance faults and mass outages; where the customer has a case, none of them near it but those that it needs."""
    rng = plan.chance("faults")
    begin, end = _span(plan, world)
    for product in products:
        last = min(end, _end_of(product, world))
        first = max(begin, clock.start_of_day(product.started_on or world.today))
        yield from _by_chance(product, first, last, world.at, rng)
    if plan.case and plan.case.scenario.faults:
        yield from _fitting(products[0], plan.case.opened_at, rng)
    yield from _in_outages(plan, customer, products[0], world, rng)


def _span(plan: Plan, world: World) -> tuple[dt.datetime, dt.datetime]:
    begin, end = world.at - dt.timedelta(days=30 * MONTHS), world.at
    if plan.case:
        end = plan.case.opened_at - dt.timedelta(days=45)
    elif plan.free:
        end -= dt.timedelta(days=CASE_DAYS)
    return begin, end


def _end_of(product: Product, world: World) -> dt.datetime:
    return clock.start_of_day(product.ended_on) if product.ended_on else world.at


def _by_chance(
    product: Product, moment: dt.datetime, end: dt.datetime, at: dt.datetime, rng: random.Random
) -> Iterator[TroubleTicket]:
    """About one fault every other year and product, more in the rains; a fifth of them come back."""
    while True:
        moment += dt.timedelta(days=rng.expovariate(1 / 400), minutes=rng.randint(0, 600))
        if moment >= end:
            return
        if rng.random() > RAINY.get(clock.local(moment).month, 1.0) / 2.2:
            continue
        symptom = rng.choice(SYMPTOMS[product.offering.service])
        yield _ticket(product, moment, symptom, at, rng)
        back = moment + dt.timedelta(days=rng.uniform(3, 24))
        if rng.random() < 0.2 and back < end:
            yield _ticket(product, back, symptom, at, rng)


def _fitting(product: Product, opened_at: dt.datetime, rng: random.Random) -> Iterator[TroubleTicket]:
    """Two or three faults within 30 days before the case; the last sometimes still open."""
    days = sorted((rng.uniform(1, 6), rng.uniform(8, 14), rng.uniform(16, 25))[: rng.choice((2, 2, 3))])
    for position, ago in enumerate(reversed(days)):
        opened = opened_at - dt.timedelta(days=ago)
        last = position == len(days) - 1
        ticket = _plain(product, opened, "cuts")
        if not last or rng.random() < 0.6:
            _solve(ticket, opened + dt.timedelta(hours=rng.uniform(2, 20)), rng)
        yield ticket


def _ticket(product: Product, opened: dt.datetime, symptom: str, at: dt.datetime, rng: random.Random) -> TroubleTicket:
    ticket = _plain(product, opened, symptom)
    fate = rng.random()
    solved = opened + dt.timedelta(hours=rng.lognormvariate(2.6, 0.9))
    if fate < 0.03:
        ticket.status = rng.choice((TroubleTicket.Status.REJECTED, TroubleTicket.Status.CANCELLED))
    elif solved < at:
        _solve(ticket, solved, rng)
    return ticket


def _plain(product: Product, opened: dt.datetime, symptom: str) -> TroubleTicket:
    return TroubleTicket(
        customer_id=product.customer_id, product=product, type=TroubleTicket.Type.FAULT,
        status=TroubleTicket.Status.IN_PROGRESS, symptom=symptom, description=TOLD[symptom], opened_at=opened,
    )  # fmt: skip


def _solve(ticket: TroubleTicket, moment: dt.datetime, rng: random.Random) -> None:
    ticket.status = rng.choice((TroubleTicket.Status.RESOLVED, TroubleTicket.Status.CLOSED))
    ticket.resolved_at, ticket.resolution = moment, rng.choice(REPAIRS)


def make_outages(world: World) -> list[Outage]:
    """A dozen cuts of a whole zone, one of them this week."""
    rng = chance(world.seed, "outages")
    spans = [rng.uniform(10, 30 * MONTHS) for _ in range(11)] + [rng.uniform(2, 6)]
    rows = []
    for days in sorted(spans, reverse=True):
        zone, began = rng.choice(world.zones), world.at - dt.timedelta(days=days)
        ended = began + dt.timedelta(hours=rng.uniform(3, 20))
        rows.append(Outage(name=f"Corte de fibra · {zone.name}", zone=zone, began_at=began, ended_at=ended))
    return Outage.objects.bulk_create(rows)


def _in_outages(
    plan: Plan, customer: Customer, product: Product, world: World, rng: random.Random
) -> Iterator[TroubleTicket]:
    """One in four customers whom an outage struck rang; those with a case, or free for one, not in the last months."""
    recent = world.at - dt.timedelta(days=CASE_DAYS + 40)
    for outage in world.outages:
        if customer.zone_id != outage.zone_id or rng.random() >= 0.25:
            continue
        began_on = clock.local(outage.began_at).date()
        there = product.ended_on is None and (product.started_on or began_on) < began_on
        if not there or ((plan.case or plan.free) and outage.began_at > recent):
            continue
        opened = outage.began_at + dt.timedelta(minutes=rng.randint(5, 120))
        ticket = _plain(product, opened, SYMPTOMS[product.offering.service][-1])
        ticket.outage = outage
        assert outage.ended_at is not None
        _solve(ticket, outage.ended_at + dt.timedelta(minutes=20), rng)
        yield ticket


def _changes(ticket: TroubleTicket, keys: Iterator[int]) -> Iterator[tuple[int, int, str, str, str, str]]:
    """How the ticket came to its state, as rows."""
    steps = ["acknowledged", *({"rejected": [], "cancelled": []}.get(ticket.status, ["inProgress"]))]
    if ticket.status in ("resolved", "closed"):
        steps.append("resolved")
    if steps[-1] != ticket.status:
        steps.append(str(ticket.status))
    begun = ticket.opened_at + dt.timedelta(minutes=15)
    begun = min(begun, ticket.resolved_at or begun)
    moments = [ticket.opened_at, begun, ticket.resolved_at, ticket.resolved_at]
    for before, after, moment in zip(["", *steps], steps, moments, strict=False):
        yield next(keys), ticket.pk, before, after, stamp(moment or ticket.opened_at), ""
