"""Whose calls and cases a person may touch here."""

from django.db.models import Q, QuerySet
from django.http import Http404

from arraigo.desk import queries
from arraigo.desk.models import Callback
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.retention.models import RetentionCase
from arraigo.web.cases import access as cases
from arraigo.web.customers import access as customers


def callback(user: User, pk: int) -> Callback:
    """A call of a case that `user` may see; 404 for any other."""
    rows = Callback.objects.select_related("case__customer__zone", "case__instance__definition", "done_by")
    found = rows.filter(Q(person=user) | Q(case__in=cases.cases(user)), pk=pk).first()
    if found is None:
        raise Http404
    return found


def calls(user: User) -> QuerySet[Callback]:
    """The calls of `user`, and of the teams that the person heads, with what a row shows.

    Those of a case that another team took over since are that team's.
    """
    led = Callback.objects.filter(Q(person=user) | Q(case__team__in=cases.units_as(user, Role.TEAM_LEAD)))
    return led.filter(case__in=cases.cases(user)).select_related("case__customer", "person", "done_by")


def calls_to_make(user: User) -> QuerySet[Callback]:
    """Those of `calls` that are still to be made."""
    return queries.to_be_made(calls(user))


def calls_made(user: User) -> QuerySet[Callback]:
    """Those of `calls` that were made."""
    return calls(user).filter(done_at__isnull=False)


def colleagues(case: RetentionCase) -> QuerySet[User]:
    """Who may take the case over: the other advisors of its team."""
    return people.staff_of(case.team_id, Role.ADVISOR).exclude(pk=case.owner_id)


def open_case(number: str) -> RetentionCase:
    """The open case of the customer of that number, whichever team has it; 404 where there is none."""
    found = RetentionCase.objects.filter(customer__number=number, closed_at=None)
    case = found.select_related("customer__zone", "owner", "team").first()
    if case is None:
        raise Http404
    return case


def open_cases(owner: User, team_id: int) -> list[int]:
    """The open cases that `owner` has in the team."""
    mine = RetentionCase.objects.filter(owner=owner, team_id=team_id, closed_at=None)
    return list(mine.order_by("pk").values_list("pk", flat=True))


def place(user: User, kind: str, number: str) -> str:
    """The name of a place that `user` may see: the customer, also of a case; 404 for any other."""
    if kind == "case":
        return f"customer:{cases.case(user, number).customer.number}"
    if kind == "customer":
        return f"customer:{customers.customer(number).number}"
    raise Http404
