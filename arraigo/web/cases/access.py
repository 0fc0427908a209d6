"""Which cases and work items a person may see. Other people's do not exist for them."""

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from arraigo.compiled import Question, compiled, each_of, first
from arraigo.customers.models import Customer
from arraigo.engine.models import WorkItem
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention.models import Receipt, RetentionCase
from arraigo.retention.queries import DOCUMENTS
from arraigo.web.access import CUSTOMER_WRITERS, HEADS

T = TypeVar("T")

ITEM_PARTS = (
    "instance__definition",
    "instance__case__customer__zone",
    "instance__case__owner",
    "completed_by",
    "assignee",
)
"""What the page of a step shows of its case."""
EVERY_CASE = (Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT, Role.COMMERCIAL_MANAGEMENT, *HEADS)
"""Roles that see every case."""
RETENTION = (Role.ADVISOR, Role.TEAM_LEAD)
"""Roles that see the cases of their own team."""

RECEIPT_READERS = (*CUSTOMER_WRITERS, Role.COMMERCIAL_MANAGEMENT)
"""Roles that read what the customer got in writing."""


def units_as(user: User, *roles: str) -> list[int]:
    """The units in which `user` has one of `roles`."""
    return [membership.unit_id for membership in user.own_memberships if membership.role in roles]


def cases(user: User) -> QuerySet[RetentionCase]:
    """The cases that `user` may see: all, those of the own team, those with an order of the own centre."""
    if user.has_role(*EVERY_CASE):
        return RetentionCase.objects.all()
    return _in(units_as(user, *RETENTION), units_as(user, Role.OPERATIONS_SUPERVISOR))


def _in(teams: Any, centres: Any) -> QuerySet[RetentionCase]:
    orders = WorkOrder.objects.filter(case_number=OuterRef("number"), operations_center_id__in=centres)
    return RetentionCase.objects.filter(Q(team_id__in=teams) | Exists(orders))


def numbers_of(user: User, customer: Customer) -> dict[str, int]:
    """Number and key of those of `cases` that are the customer's."""
    if user.has_role(*EVERY_CASE):
        return dict(_numbers(customer))
    return dict(_numbers_in(customer, *_own_units(user)))


def numbers_asked(user: User, customer: Customer) -> Question:
    """What `numbers_of` asks."""
    if user.has_role(*EVERY_CASE):
        return _numbers.of(customer)
    return _numbers_in.of(customer, *_own_units(user))


def _own_units(user: User) -> tuple[list[int], list[int]]:
    return units_as(user, *RETENTION), units_as(user, Role.OPERATIONS_SUPERVISOR)


@compiled
def _numbers(customer: Customer) -> QuerySet[RetentionCase, tuple[str, int]]:
    return RetentionCase.objects.filter(customer=customer).values_list("number", "pk")


@compiled
def _numbers_in(customer: Customer, teams: list[int], centres: list[int]) -> QuerySet[RetentionCase, tuple[str, int]]:
    return _in(each_of(teams), each_of(centres)).filter(customer=customer).values_list("number", "pk")


def case(user: User, number: str) -> RetentionCase:
    """The case of that number, with what its pages show; 404 where `user` may not see it."""
    if user.has_role(*EVERY_CASE):
        return _or_404(first(_case(number)))
    return _or_404(first(_case_in(number, *_own_units(user))))


def _with_parts(rows: QuerySet[RetentionCase]) -> QuerySet[RetentionCase]:
    return rows.select_related("customer__zone", "instance__definition", "owner", "team").defer(*DOCUMENTS)


@compiled
def _case(number: str) -> QuerySet[RetentionCase]:
    return _with_parts(RetentionCase.objects.filter(number=number))


@compiled
def _case_in(number: str, teams: list[int], centres: list[int]) -> QuerySet[RetentionCase]:
    return _with_parts(_in(each_of(teams), each_of(centres)).filter(number=number))


@compiled
def _item(number: str, pk: int) -> QuerySet[WorkItem]:
    found = WorkItem.objects.select_related(*ITEM_PARTS).filter(pk=pk, instance__case__number=number)
    return found.defer(*DOCUMENTS)


def item(user: User, number: str, pk: int) -> WorkItem:
    """A work item of the case, open or not; 404 for other roles, other units, other technicians."""
    work_item = _or_404(first(_item(number, pk)))
    if not may_do(user, work_item):
        raise Http404
    return work_item


def may_do(user: User, work_item: WorkItem) -> bool:
    """Whether the item is in a lane, a unit and, in the field, a pair of hands of `user`."""
    units = units_as(user, work_item.role)
    if not units or (work_item.unit_id and work_item.unit_id not in units):
        return False
    if work_item.role == Role.TECHNICIAN:
        return work_item.assignee_id in (None, user.pk)
    return True


def work_orders(user: User) -> QuerySet[WorkOrder]:
    """The work orders of the cases that `user` may see, and the technician's own."""
    own = Q(technician=user) if user.has_role(Role.TECHNICIAN) else Q(pk=None)
    return WorkOrder.objects.filter(own | Exists(cases(user).filter(number=OuterRef("case_number"))))


def work_order(user: User, number: str) -> WorkOrder:
    """One of `work_orders`; 404 for any other."""
    return _or_404(work_orders(user).filter(number=number).first())


def receipts(user: User) -> QuerySet[Receipt]:
    """The receipts of the cases that `user` may see; none for roles that do not read receipts."""
    if not user.has_role(*RECEIPT_READERS):
        return Receipt.objects.none()
    # Looked up receipt by receipt: a list of all cases of a team would be made for every page.
    rows = Receipt.objects.filter(Exists(cases(user).filter(pk=OuterRef("case"))))
    return rows.select_related("case__customer__zone", "case__instance__definition", "by")


def receipt(user: User, number: str) -> Receipt:
    """One of `receipts`; 404 for any other."""
    return _or_404(receipts(user).filter(number=number).first())


def _or_404(found: T | None) -> T:
    if found is None:
        raise Http404
    return found
