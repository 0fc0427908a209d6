"""The calls to make, and those made, as lists."""

from django.utils.translation import gettext_lazy as _

from arraigo.desk.models import Callback
from arraigo.web import matching
from arraigo.web.filters import Choice, Days, Filter, Words
from arraigo.web.lists import Column, List

CALL = (
    Column("customer", _("Customer"), ("case__customer__name",), lambda call: call.case.customer.name),
    Column("case", _("Case and phone"), ("case__number",), lambda call: call.case.number),
    Column("phone", _("Phone"), (), lambda call: call.case.contact_phone, shown=False),
    Column("cause", _("Why"), ("cause",), lambda call: call.get_cause_display()),
    Column("note", _("What about"), (), lambda call: call.note, shown=False),
    Column("person", _("Who calls"), ("person__first_name", "person__last_name"), lambda call: str(call.person)),
)
DUE = Column("due", _("Call at"), ("due_at",), lambda call: call.due_at)
FILTERS: tuple[Filter, ...] = (
    Words("words", _("Customer or case number"), matching.by("case__number", customer="case__customer")),
    Choice("cause", _("Why"), Callback.Cause.choices),
)

CALLS_TO_MAKE = List(
    name="calls-to-make",
    label=_("Calls to make"),
    row="desk/call_row.html",
    sort="due",
    empty=_("No call is to be made."),
    columns=(DUE, *CALL, Column("actions", "")),
    filters=(*FILTERS, Days("due", _("Day of the call"), "due_at")),
)
CALLS_MADE = List(
    name="calls-made",
    label=_("Calls made"),
    row="desk/call_made_row.html",
    sort="-done",
    empty=_("No call made yet."),
    columns=(
        Column("done", _("Called"), ("done_at",), lambda call: call.done_at),
        *CALL,
        Column("outcome", _("What came of it"), (), lambda call: call.outcome),
    ),
    filters=(*FILTERS, Days("done", _("Day of the call"), "done_at")),
)
