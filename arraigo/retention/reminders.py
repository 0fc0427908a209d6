"""Staff are told of promises that fall due or were not kept in time, each once."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from arraigo import clock
from arraigo.messages.actions import notify_all
from arraigo.people.models import User
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.retention.models import Promise

BATCH = 50
BY_THEMSELVES = (Promise.Kind.VISIT, Promise.Kind.COURTESY)
"""Nobody has to be reminded: a visit has its escalations, a courtesy ends by itself."""


def remind_of_promises(now: dt.datetime) -> int:
    """Tell the owners of cases what falls due within the policy's hours, and them and the head of their
    team what is late; how many promises."""
    try:
        hours = procedures.current_policy().integer("notice.promise_due_hours", 24)
    except NoProcedure:
        return 0
    late, soon = Q(due_at__lt=now), Q(due_at__gte=now, due_at__lte=now + dt.timedelta(hours=hours))
    return sum(iter(lambda: _tell(late, "late_told_at", "promise.late", now), 0)) + sum(
        iter(lambda: _tell(soon, "reminded_at", "promise.due", now), 0)
    )


@transaction.atomic
def _tell(when: Q, mark: str, kind: str, now: dt.datetime) -> int:
    waiting = _open().filter(when, **{mark: None})
    skip = connection.features.has_select_for_update_skip_locked
    promises = list(waiting.select_for_update(of=("self",), skip_locked=skip)[:BATCH])
    for promise in promises:
        setattr(promise, mark, now)
        data = {"promise": promise.text, "due": f"{clock.local(promise.due_at):%d/%m/%Y %H:%M}"}
        notify_all(_concerned(promise, late=kind == "promise.late"), kind, data, promise.case.number)
    Promise.objects.bulk_update(promises, [mark])
    return len(promises)


def _open() -> QuerySet[Promise]:
    rows = Promise.objects.filter(state=Promise.State.OPEN).exclude(kind__in=BY_THEMSELVES)
    return rows.select_related("case__owner", "case__team__head").order_by("id")


def _concerned(promise: Promise, *, late: bool) -> list[User]:
    owner, head = promise.case.owner, promise.case.team.head
    return [owner, head] if late and head is not None and head != owner else [owner]
