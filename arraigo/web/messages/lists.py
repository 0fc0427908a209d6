"""The messages that did not arrive, as a list."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arraigo.messages.models import Channel, Message
from arraigo.messages.names import NAMES
from arraigo.messages.queries import STUCK as STATES
from arraigo.web.filters import Choice, Days, Words
from arraigo.web.lists import Column, List


def _cases(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(case_number__icontains=text)


STUCK = List(
    name="stuck-messages",
    label=_("Did not arrive"),
    row="messages/stuck_row.html",
    sort="-written",
    empty=_("Every message arrived."),
    columns=(
        Column("message", _("Message"), ("kind",), lambda message: message.name),
        Column("to", _("To"), (), lambda message: message.staff or gettext("Customer")),
        Column("case", _("Case"), ("case_number",), lambda message: message.case_number),
        Column("channel", _("Channel"), ("channel",), lambda message: message.get_channel_display()),
        Column("state", _("State"), ("status",), lambda message: message.get_status_display()),
        Column("answer", _("Answer"), (), lambda message: gettext(message.answer)),
        Column("written", _("Written"), ("created_at",), lambda message: message.created_at, css="num"),
        Column("actions", ""),
    ),
    filters=(
        Words("words", _("Case number"), _cases),
        Choice("kind", _("Message"), NAMES.items()),
        Choice("channel", _("Channel"), Channel.choices),
        Choice("status", _("State"), [(state.value, state.label) for state in map(Message.Status, STATES)]),
        Days("written", _("Written"), "created_at"),
    ),
)
