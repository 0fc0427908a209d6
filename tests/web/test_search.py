"""The box at the top of every page."""

from django.urls import reverse

from arraigo.customers.models import Customer, Phone
from arraigo.customers.search import reindex
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.tickets.models import TroubleTicket
from tests.web.conftest import Desk, signed_in

HITS = {"HX-Request": "true", "HX-Target": "search-hits"}


def test_the_number_of_a_case_an_order_or_a_ticket_leads_to_it(desk: Desk) -> None:
    case, order, ticket = desk.walk.case.number, WorkOrder.objects.get().number, "TK-2026-000001"
    TroubleTicket.objects.filter(pk=TroubleTicket.objects.earliest("id").pk).update(number=ticket)
    pages = {
        case: reverse("case", args=[case]),
        order: reverse("work_order", args=[order]),
        ticket: reverse("ticket", args=[ticket]),
    }
    ana, billing = desk.advisor, signed_in(desk.cast[Role.BILLING])
    for number, page in pages.items():
        for typed in (number.lower(), number.replace("-", " "), number.replace("-", "–")):
            assert ana.get(reverse("search"), {"q": typed}).get("Location") == page, typed
        assert page in ana.get(reverse("search"), {"q": number}, headers=HITS).content.decode()
        found = billing.get(reverse("search"), {"q": number})
        assert found.get("Location") == (page if number == ticket else None)


def test_a_case_of_another_team_is_not_found_by_its_number(desk: Desk) -> None:
    beto = User.objects.create(username="beto")
    other = Unit.objects.create(code="er-sur", name="Equipo Sur", kind=Unit.Kind.RETENTION_TEAM)
    Membership.objects.create(user=beto, role=Role.ADVISOR, unit=other)
    for number in (desk.walk.case.number, WorkOrder.objects.get().number):
        assert signed_in(beto).get(reverse("search"), {"q": number}).status_code == 200


def test_one_hit_by_its_whole_number_opens_at_once(desk: Desk) -> None:
    customer = desk.walk.case.customer
    Customer.objects.filter(pk=customer.pk).update(document="4512345 CB", name="Ana Rocha")
    Phone.objects.create(customer=customer, number="+59170712345")
    reindex([customer])
    page = reverse("customer", args=[customer.number])
    for words in (customer.number, customer.number.lower(), "4512345", "4512345 cb", "707-12345"):
        assert desk.advisor.get(reverse("search"), {"q": words}).get("Location") == page, words
    for words in ("451234", "ana rocha"):
        assert desk.advisor.get(reverse("search"), {"q": words}).status_code == 200, words
