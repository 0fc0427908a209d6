"""The monthly report of the indicator by e-mail to both heads of division (III.2): when, and in which words."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.documents.values import paper_language
from arraigo.eventlog import actions as eventlog
from arraigo.insight import paper, queries
from arraigo.insight.figures import MonthFigures
from arraigo.insight.models import MonthlyReport
from arraigo.insight.workbook import workbook
from arraigo.messages import actions as messages
from arraigo.messages.models import Message, Notice
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.procedure.errors import NoProcedure

READERS = (Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES)
KIND = "monthly_report"
NO_ADDRESS = "monthly_report.no_address"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_due_report() -> int:
    """Send the report of the month that is over to who has not got it yet; to how many people.

    As long as the present month runs, so that a head gets it whose address comes later.
    """
    try:
        return send_report(clock.previous_month(clock.today()), actor=None)
    except NoProcedure:  # nothing can be counted before a procedure is published
        return 0


@transaction.atomic
def send_report(month: dt.date, *, actor: User | None) -> int:
    """Write the e-mails of the month's report, each reader's once; to how many people. Raises MonthOutOfReach.

    The workbook of every table goes with it. They leave with the messages' own sweep. A reader without an address
    gets a notice in the product, once, and the e-mail when this is called after there is one.
    """
    if not any(_waiting(month)):
        return 0
    figures = queries.month_figures(month)
    MonthlyReport.objects.get_or_create(month=month, defaults={"at": clock.now()})
    report = MonthlyReport.objects.select_for_update().get(month=month)
    reachable, unreachable = _waiting(month)
    messages.notify_all(unreachable, NO_ADDRESS, {"month": f"{month:%m/%Y}"})
    if reachable:
        _write(figures, reachable)
        data = {"month": f"{month:%Y-%m}", "to": [user.username for user in reachable]}
        eventlog.record("monthly_report.sent", report, actor=actor, data=data)
    return len(reachable)


def _waiting(month: dt.date) -> tuple[list[User], list[User]]:
    """The readers to whom the month's report was not written: with an address, and without one nor a notice of it."""
    readers = {user.pk: user for role in READERS for user in people.users_with_role(role)}
    written = set(Message.objects.filter(kind=KIND, user__in=readers).values_list("idempotency_key", flat=True))
    told = Notice.objects.filter(kind=NO_ADDRESS, user__in=readers, data__month=f"{month:%m/%Y}")
    noticed = set(told.values_list("user", flat=True))
    left = [user for user in readers.values() if f"{KIND}:{_reference(month, user)}" not in written]
    return [user for user in left if user.email], [user for user in left if not user.email and user.pk not in noticed]


def _reference(month: dt.date, user: User) -> str:
    return f"{month:%Y-%m}:{user.pk}"


def _write(figures: MonthFigures, readers: list[User]) -> None:
    month = figures.month
    with paper_language():
        named = date_format(month, "F Y")
        subject, body = _("Indicator of terminations, %(month)s") % {"month": named}, words(figures)
        book = messages.Attachment(f"evaluacion-{month:%Y-%m}.xlsx", XLSX, workbook(figures))
    for user in readers:
        messages.send_to_staff(
            user, KIND, subject=subject, body=body, reference=_reference(month, user), attachments=[book]
        )


def words(figures: MonthFigures) -> str:
    """The report as text: what the figures say, and where to record the review."""
    counts = figures.counts
    return "\n\n".join(
        [
            *paper.statements(figures),
            _("Opened %(opened)s, accepted %(accepted)s, lost %(lost)s.") % counts.model_dump(),
            _("Promises: %(kept)s kept, %(broken)s broken.") % {"kept": figures.kept, "broken": figures.broken},
            _("Please record your review of the month."),
            f"{settings.BASE_URL}/evaluations/{figures.month:%Y-%m}/",
        ]
    )
