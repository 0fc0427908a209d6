"""The own notices as a list."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.retention.models import RetentionCase
from arraigo.web.filters import Days, Flag, Words
from arraigo.web.lists import Column, List
from arraigo.web.matching import customers


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Notices of the case of that number, or of the cases of customers that fit the text."""
    cases = RetentionCase.objects.filter(customer__in=customers(text)).values("number")
    return rows.filter(Q(case_number__iendswith=text) | Q(case_number__in=cases))


NOTICES = List(
    name="notices",
    label=_("Notices"),
    row="accounts/notice_row.html",
    empty=_("No notices."),
    columns=(
        Column("at", _("When"), ("at",), lambda notice: notice.at),
        Column("notice", _("Notice"), ("kind",), lambda notice: notice.sentence),
        Column("case", _("Case"), ("case_number",), lambda notice: notice.case_number),
        Column("read", pgettext_lazy("a notice", "Read"), ("read_at",), lambda notice: notice.read_at, nullable=True),
    ),
    filters=(
        Words("words", _("Customer or case number"), matching),
        Days("at", _("Day of the notice"), "at"),
        Flag("unread", _("Not read yet"), lambda notices: notices.filter(read_at=None)),
    ),
)
