"""Reads of print batches, visits and signed papers."""

from django.db.models import Count, Q, QuerySet

from arraigo.fieldwork.models import PrintBatch, SignedPaper, Visit
from arraigo.orders import queries as orders
from arraigo.orders.models import ProductOrder, WorkOrder


def open_orders_of_center(operations_center_id: int, *, unprinted: bool = False) -> QuerySet[WorkOrder]:
    """Open Engineering Service orders of a centre, the most urgent first (step 6); `times_printed` each."""
    found = (
        orders.open_orders(operations_center_id)
        .filter(product_order__kind=ProductOrder.Kind.ENGINEERING_SERVICE)
        .annotate(times_printed=Count("print_batches"))
    )
    return found.filter(times_printed=0) if unprinted else found


def batches_of_center(operations_center_id: int | None = None) -> QuerySet[PrintBatch]:
    """Print batches, the latest first, of one centre or of all; `order_count` each."""
    batches = PrintBatch.objects.all()
    if operations_center_id is not None:
        batches = batches.filter(operations_center=operations_center_id)
    counted = batches.annotate(order_count=Count("work_orders"))
    return counted.select_related("printed_by", "operations_center").order_by("-printed_at", "-id")


def visits_of_technician(user_id: int) -> QuerySet[Visit]:
    """Visits of a technician, the latest first, with their order and customer."""
    visits = Visit.objects.filter(technician=user_id).select_related("work_order__customer", "work_order__zone")
    return visits.order_by("-arrived_at", "-id")


def begun_visit(work_order_id: int) -> Visit | None:
    """The visit of a work order, begun or recorded."""
    return Visit.objects.filter(work_order=work_order_id).select_related("technician").first()


def papers_of_case(case_number: str) -> QuerySet[SignedPaper]:
    """The papers that the visits of a case left, oldest first."""
    return _papers(Q(visit__work_order__case_number=case_number))


def papers_of_customer(customer_id: int) -> QuerySet[SignedPaper]:
    """The papers that all visits to a customer left, oldest first."""
    return _papers(Q(visit__work_order__customer=customer_id))


def papers_of_order(work_order_id: int) -> QuerySet[SignedPaper]:
    """The papers of one order's visit, oldest first."""
    return _papers(Q(visit__work_order=work_order_id))


def papers_of_orders(orders: QuerySet[WorkOrder]) -> QuerySet[SignedPaper]:
    """The papers of the visits of several orders, oldest first."""
    return _papers(Q(visit__work_order__in=orders))


def papers_of_order_number(number: str) -> QuerySet[SignedPaper]:
    """The papers of the visit of the order `number`, oldest first."""
    return _papers(Q(visit__work_order__number=number))


def _papers(condition: Q) -> QuerySet[SignedPaper]:
    # The pictures stay in the database: a list of papers does not show them.
    return (
        SignedPaper.objects.filter(condition)
        .select_related("visit__work_order__customer", "visit__work_order__zone", "visit__technician")
        .order_by("id")
    )
