"""The customers with their phones, products and credit listings, written in bulk."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from arraigo import clock
from arraigo.customers.index import tokens_of
from arraigo.customers.models import CreditListing, Customer, Phone, SearchToken
from arraigo.demo import catalogue, names
from arraigo.demo.bulk import Loader
from arraigo.demo.places import nearest
from arraigo.demo.plan import Plan
from arraigo.demo.staff import Staff
from arraigo.network.models import NetworkPoint, Zone
from arraigo.products.models import Offering, Product
from arraigo.tickets.models import Outage

HOME_CENTER = "co-norte"
"""Where the accounts of the operations centre work: the cases meant for them live there."""
BUREAU = "Central de Riesgos"


@dataclass
class World:
    """What is settled for all customers, and what has been made of those who have cases."""

    at: dt.datetime
    seed: int
    staff: Staff
    zones: list[Zone]
    offerings: dict[str, Offering]
    plans: list[Plan]
    splitters: dict[int, list[NetworkPoint]] = field(default_factory=dict)
    """By the zone's key: what products may hang on."""
    loader: Loader = field(default_factory=Loader)
    outages: list[Outage] = field(default_factory=list)
    cased: list[tuple[Plan, Customer]] = field(default_factory=list)
    """Customers with cases, in the order of `plans`."""
    products: dict[int, list[Product]] = field(default_factory=dict)
    """Their products by the customer's key, Internet first."""

    @property
    def today(self) -> dt.date:
        return clock.local(self.at).date()


@dataclass
class Block:
    """Customers that are made together and are in memory only until the next block."""

    pairs: list[tuple[Plan, Customer]]
    products: dict[int, list[Product]]
    """Customer's key → products, Internet first."""


def make_customers(world: World, plans: list[Plan]) -> Block:
    """Write customers, phones, products and listings, and what they can be found by."""
    loader = world.loader
    pairs = [(plan, _customer(plan, world)) for plan in plans]
    loader.records(Customer, [customer for _, customer in pairs])
    phones = {customer.pk: _phones(plan, customer) for plan, customer in pairs}
    loader.records(Phone, [phone for each in phones.values() for phone in each])
    block = Block(pairs, {customer.pk: _products(plan, customer, world) for plan, customer in pairs})
    loader.records(Product, [product for each in block.products.values() for product in each])
    loader.records(
        CreditListing, [_listing(plan, customer, world) for plan, customer in pairs if plan.trait == "listed"]
    )
    rows = list(_tokens(block, phones, loader.keys(SearchToken)))
    loader.rows(SearchToken, ["id", "customer_id", "token"], rows)
    _keep_cased(world, block)
    return block


def _tokens(block: Block, phones: dict[int, list[Phone]], keys: Iterator[int]) -> Iterator[tuple[int, int, str]]:
    for _, customer in block.pairs:
        codes = [customer.document, customer.number, *(product.number for product in block.products[customer.pk])]
        numbers = [phone.number for phone in phones[customer.pk]]
        for token in sorted(tokens_of(customer.name, customer.address, codes, numbers)):
            yield next(keys), customer.pk, token


def _keep_cased(world: World, block: Block) -> None:
    for plan, customer in block.pairs:
        if plan.case:
            world.cased.append((plan, customer))
            world.products[customer.pk] = block.products[customer.pk]


def _customer(plan: Plan, world: World) -> Customer:
    rng = plan.chance("person")
    business = plan.internet in catalogue.TOP or (plan.case is None and rng.random() < 0.06)
    zone = rng.choice(_possible_zones(plan, world))
    category = "vip" if plan.vip else "business" if business else "standard"
    name = names.firm(rng) if business else names.person(rng)
    return Customer(
        number=f"{100_001 + plan.index}", name=name, category=category, zone=zone, address=names.address(rng),
        kind=Customer.Kind.MEMBER if rng.random() < 0.55 else Customer.Kind.CUSTOMER,
        document=f"{rng.randint(1_000_000, 13_999_999)}", since=plan.started_on,
        email=f"cliente{100_001 + plan.index}@example.com" if rng.random() < 0.6 else "",
        latitude=round(zone.latitude + rng.uniform(-0.006, 0.006), 6) if zone.latitude else None,
        longitude=round(zone.longitude + rng.uniform(-0.006, 0.006), 6) if zone.longitude else None,
        notices_allowed=rng.random() < 0.5,
        deceased_on=plan.ended_on if plan.end_reason == "death" else None,
    )  # fmt: skip


def _possible_zones(plan: Plan, world: World) -> list[Zone]:
    """Cases for the accounts that people sign in with lie in their own operations centre."""
    if plan.case is None or not plan.case.for_accounts:
        return world.zones
    home = world.staff.units[HOME_CENTER].pk
    return [zone for zone in world.zones if zone.operations_center_id == home]


def _phones(plan: Plan, customer: Customer) -> list[Phone]:
    phones = [Phone(customer=customer, number=names.mobile(plan.index), is_mobile=True, is_contact=True)]
    if "telefono" in plan.others:
        phones.append(Phone(customer=customer, number=names.landline(plan.index), is_mobile=False))
    if plan.chance("phones").random() < 0.2:
        phones.append(Phone(customer=customer, number=names.mobile(10_000 + plan.index), is_mobile=True))
    return phones


def _products(plan: Plan, customer: Customer, world: World) -> list[Product]:
    codes = [code for code in (plan.internet, plan.television, *plan.others) if code]
    if plan.case and plan.trait == "arrears" and len(codes) < 2:
        codes.append("telefono")
    products = [
        _product(plan, customer, world.offerings[code], position, len(codes) > 1) for position, code in enumerate(codes)
    ]
    for product in products:
        product.network_point = _hangs_on(customer, world)
    if plan.case and plan.trait == "arrears":
        _withdraw(products[-1], world.today - dt.timedelta(days=plan.chance("arrears").randint(150, 400)))
    return products


def _hangs_on(customer: Customer, world: World) -> NetworkPoint | None:
    points = world.splitters.get(customer.zone_id or 0, [])
    if not points or customer.latitude is None or customer.longitude is None:
        return None
    return nearest(points, customer.latitude, customer.longitude)


def _product(plan: Plan, customer: Customer, offering: Offering, position: int, bundle: bool) -> Product:
    ended = plan.ended_on is not None
    reasons = {"arrears": "arrears", "moving": "moving", "death": "death"}
    return Product(
        number=f"{offering.service[0].upper()}{100_001 + plan.index}-{position + 1}", customer=customer,
        offering=offering, bundle=f"P{100_001 + plan.index}" if bundle else "", price=offering.list_price,
        started_on=plan.started_on, ended_on=plan.ended_on,
        status=Product.Status.TERMINATED if ended else Product.Status.ACTIVE,
        reason=reasons.get(plan.end_reason, "request") if ended else "",
    )  # fmt: skip


def _withdraw(product: Product, day: dt.date) -> None:
    product.status, product.reason = Product.Status.TERMINATED, Product.Reason.ARREARS
    product.ended_on = max(day, product.started_on or day)


def _listing(plan: Plan, customer: Customer, world: World) -> CreditListing:
    days = plan.chance("listing").randint(120, 500)
    return CreditListing(customer=customer, bureau=BUREAU, listed_on=world.today - dt.timedelta(days=days))
