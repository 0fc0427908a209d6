"""Page data of customers. The number of queries does not grow with the customer."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.compiled import Question, at_once, prefetched
from arraigo.customers.models import Customer
from arraigo.fieldwork import queries as fieldwork
from arraigo.fieldwork.models import SignedPaper
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.products import queries as products
from arraigo.products.models import Product
from arraigo.retention import background, faults
from arraigo.retention.background import Background
from arraigo.terminations.models import Termination
from arraigo.web.access import CASE_READERS, CUSTOMER_WRITERS, LIGHTS
from arraigo.web.cases import access as case_access
from arraigo.web.cases.contexts import courtesy_names
from arraigo.web.customers import glance, timeline
from arraigo.web.customers.chart import chart
from arraigo.web.templatetags.show import bs


def customer_page(customer: Customer, user: User) -> dict[str, Any]:
    """Everything that the page of a customer shows."""
    policy = procedures.current_policy()
    with at_once(*_asked(customer, policy, user)):
        return _customer_page(customer, policy, user)


def _asked(customer: Customer, policy: Policy, user: User) -> list[Question]:
    """What the page asks whatever it finds."""
    lights = background.asked(customer, policy) if user.has_role(*LIGHTS) else []
    own = [products.all_products.of(customer), billing.last_bills.of(customer)]
    return [*own, case_access.numbers_asked(user, customer), *glance.asked(customer), *lights]


def _customer_page(customer: Customer, policy: Policy, user: User) -> dict[str, Any]:
    own, leaving = products.all_products(customer), glance.terminations(customer)
    _joined(own, leaving)
    bills = billing.last_bills(customer)
    found = _background(customer, policy, user)
    verdicts = faults.verdicts([product for product in own if product.is_alive], policy)
    latest, more_orders = glance.orders(customer)
    # The cases that the reader may see, asked once: receipts and papers follow them.
    seen = case_access.numbers_of(user, customer)
    return {
        "customer": customer,
        "may_write": user.has_role(*CUSTOMER_WRITERS),
        "background": found,
        "vip_because": vip_because(found, policy) if found else "",
        "debt": found.debt if found else billing.debt(customer, as_of=clock.now()),
        "products": own,
        "ended": [product for product in own if not product.is_alive],
        "verdicts": verdicts,
        "worst": verdicts[0] if verdicts else None,
        "waits_for_word": any(verdict.waits_for_word for verdict in verdicts),
        "version": policy.label,
        "version_number": policy.number,
        "bills": bills,
        "chart": chart(bills, clock.today()),
        **_past(customer, user, seen, own, leaving),
        "orders": latest,
        "more_orders": more_orders,
        "papers": papers(latest, user, seen),
        "courtesy_names": courtesy_names(policy),
    }


def _background(customer: Customer, policy: Policy, user: User) -> Background | None:
    if not user.has_role(*LIGHTS):
        return None
    return background.of(customer, policy, reader=user, reason=f"customer {customer.number}")


def vip_because(found: Background, policy: Policy) -> str:
    """Why the customer is VIP (1.2): by category or by what is billed; nothing for who is not."""
    if not found.vip:
        return ""
    if found.category in policy.value("vip.categories"):
        return _("by category")
    least = policy.money("vip.average_billing")
    return _("average bill from %(least)s") % {"least": bs(least)}


def _past(
    customer: Customer, user: User, seen: Mapping[str, int], own: Sequence[Product], leaving: Sequence[Termination]
) -> dict[str, Any]:
    """Terminations, earlier cases, promises, receipts and courtesies, the newest first, and how many `more` of each;
    `seen` are the cases shown to `user`, `own` the customer's products.
    """
    reads_cases = user.has_role(*CASE_READERS)
    cases = glance.cases(customer)
    readable = list(seen.values()) if user.has_role(*case_access.RECEIPT_READERS) else []
    past: dict[str, Sequence[Any]] = {
        "cases": cases if reads_cases else [],
        "promises": glance.promises(customer) if reads_cases else [],
        "terminations": leaving,
        "courtesies": glance.courtesies(own),
        "receipts": glance.receipts(readable) if readable else [],
    }
    shown, more = glance.fitted(past)
    return {
        **shown,
        "more": more,
        "open_case": next((case for case in cases if case.closed_at is None), None),
        "seen_cases": seen,
    }


def _joined(own: Sequence[Product], leaving: Iterable[Termination]) -> None:
    """Let the customer's products and terminations know each other: both are read already."""
    known = {product.pk: product for product in own}
    for product in own:
        prefetched(product, "terminations", [each for each in leaving if each.product_id == product.pk])
    for each in leaving:
        if each.product_id in known:
            each.product = known[each.product_id]


def papers(latest: list[WorkOrder], user: User, seen: Mapping[str, int]) -> list[SignedPaper]:
    """The signed papers of the orders shown that `user` may open, as `access.work_orders` has it."""
    own = user.pk if user.has_role(Role.TECHNICIAN) else None
    shown = [each.pk for each in latest if each.case_number in seen or (own and each.technician_id == own)]
    return fieldwork.papers_of_orders(shown) if shown else []


def verdict_of(product: Product) -> faults.Verdict:
    """The verdict on one product as of now."""
    return faults.verdicts([product], procedures.current_policy())[0]


def timeline_page(customer: Customer, user: User, kind: str, before: dt.datetime | None) -> dict[str, Any]:
    """One page of the timeline with the kinds to choose from."""
    return {
        "kinds": timeline.kinds(user),
        "kind": kind if kind in timeline.kinds(user) else "",
        "page": timeline.page(customer, user, kind=kind, before=before),
        "begun": before is not None,
    }
