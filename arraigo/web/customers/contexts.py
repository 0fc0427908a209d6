"""Page data of customers. The number of queries does not grow with the customer."""

from typing import Any

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.customers.models import Customer
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.products import queries as products
from arraigo.products.models import Courtesy
from arraigo.retention import background, faults
from arraigo.retention import queries as cases
from arraigo.retention.models import Promise
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TroubleTicket
from arraigo.web.cases.contexts import courtesy_names

LIGHTS = (Role.ADVISOR, Role.TEAM_LEAD, Role.COMMERCIAL_MANAGEMENT)
"""Who sees the Central de Riesgos: the roles that judge the background (1.1) or answer for it."""
MOST_TICKETS = 20


def customer_page(customer: Customer, user: User) -> dict[str, Any]:
    """Everything that the page of a customer shows."""
    policy = procedures.current_policy()
    own = list(products.products_of(customer))
    alive = [product for product in own if product.is_alive]
    past = cases.cases_of(customer.pk)
    return {
        "customer": customer,
        "background": background.of(customer, policy, reader=user, reason=f"customer {customer.number}")
        if user.has_role(*LIGHTS)
        else None,
        "debt": billing.debt(customer, as_of=clock.now()),
        "products": own,
        "verdicts": faults.verdicts(alive, policy),
        "tickets": TroubleTicket.objects.filter(customer=customer)
        .select_related("product__offering")
        .order_by("-opened_at", "-id")[:MOST_TICKETS],
        "bills": billing.last_bills(customer),
        "cases": past,
        "courtesies": Courtesy.objects.filter(product__customer=customer)
        .select_related("product__offering")
        .order_by("-starts_at"),
        "terminations": Termination.objects.filter(customer=customer)
        .select_related("product__offering")
        .order_by("-requested_at", "-id"),
        "courtesy_names": courtesy_names(policy),
        "promises": Promise.objects.filter(customer=customer).order_by("-made_at", "-id"),
    }
