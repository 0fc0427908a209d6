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
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.procedure.errors import NoProcedure

READERS = (Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES)
KIND = "monthly_report"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_due_report() -> int:
    """Send the report of the month that is over, once, on its first sweep; to how many people."""
    month = clock.previous_month(clock.today())
    if MonthlyReport.objects.filter(month=month).exists():
        return 0
    try:
        return send_report(month, actor=None)
    except NoProcedure:  # nothing can be counted before a procedure is published
        return 0


@transaction.atomic
def send_report(month: dt.date, *, actor: User | None) -> int:
    """Write the e-mails of the month's report, each person's once; to how many people. Raises MonthOutOfReach.

    While no head has an address nothing is sent, and the month stays to be reported. The workbook of every table
    goes with it. They leave with the messages' own sweep.
    """
    readers = {user.pk: user for role in READERS for user in people.users_with_role(role) if user.email}.values()
    if not readers:
        return 0
    figures = queries.month_figures(month)
    report, _new = MonthlyReport.objects.get_or_create(month=month, defaults={"at": clock.now()})
    with paper_language():
        named = date_format(month, "F Y")
        subject, body = _("Indicator of terminations, %(month)s") % {"month": named}, words(figures)
        book = messages.Attachment(f"evaluacion-{month:%Y-%m}.xlsx", XLSX, workbook(figures))
    for user in readers:
        messages.send_to_staff(
            user, KIND, subject=subject, body=body, reference=f"{month:%Y-%m}:{user.pk}", attachments=[book]
        )
    data = {"month": f"{month:%Y-%m}", "to": [user.username for user in readers]}
    eventlog.record("monthly_report.sent", report, actor=actor, data=data)
    return len(readers)


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
