"""The administrator's pages of messages: the texts that customers get, and what could not be delivered."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.messages import actions, queries, texts
from arraigo.messages.kinds import Kind, Text, all_kinds
from arraigo.messages.models import Channel, MessageTemplate
from arraigo.messages.names import kind_name
from arraigo.people.models import Role
from arraigo.web import lists, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.messages import access
from arraigo.web.messages.forms import TemplateForm
from arraigo.web.messages.lists import STUCK

ONLY = staff(Role.ADMINISTRATOR)
TRANSPORTS: dict[str, Promise] = {
    "console": gettext_lazy("only on the server's console and in a file"),
    "smtp": gettext_lazy("by SMTP"),
    "gateway": gettext_lazy("through the HTTP gateway"),
    "off": gettext_lazy("switched off"),
}


@dataclass(frozen=True)
class Cell:
    """A kind of message on one channel, as the overview shows it."""

    channel: Channel
    own: MessageTemplate | None

    @property
    def state(self) -> str:
        if self.own is None:
            return str(_("Shipped text"))
        return str(_("Own text")) if self.own.enabled else str(_("Switched off"))

    @property
    def tone(self) -> str:
        if self.own is None:
            return "plain"
        return "active" if self.own.enabled else "pending"


@require_GET
@ONLY
def templates(request: HttpRequest) -> HttpResponse:
    """Every kind of message with the text of each channel, how channels leave, and what did not arrive."""
    own = queries.own_texts()
    kinds = [
        (kind, kind_name(code), [Cell(channel, own.get((code, channel))) for channel in kind.channels])
        for code, kind in all_kinds().items()
    ]
    ways = [(Channel(channel).label, TRANSPORTS[way]) for channel, way in settings.MESSAGE_TRANSPORTS.items()]
    held_up = [(Channel(channel).label, count, answer) for channel, count, answer in queries.held_up()]
    context = {"kinds": kinds, "ways": ways, "held_up": held_up}
    return lists.reply(request, STUCK, queries.stuck(), "messages/templates.html", context)


@require_http_methods(["GET", "POST"])
@ONLY
def template(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    """Change the text of a kind of message on a channel, after a look at it with examples."""
    found, way = access.kind_and_channel(kind, channel)
    own = queries.own_texts().get((kind, way))
    form = TemplateForm(found, way, replies.typed(request), initial=_initial(found, way, own))
    if replies.sent(request, form) and "preview" not in request.POST:
        actions.change_template(
            kind,
            way,
            subject=form.text().subject,
            body=form.text().body,
            enabled=form.cleaned_data["enabled"],
            actor=user_of(request),
        )
        told.success(request, _("The text is changed: messages from now on use it."))
        return redirect("message_templates")
    unsaved = form.preview() if form.is_bound and form.is_valid() else None
    context = {
        "form": form,
        "kind": found,
        "name": kind_name(kind),
        "channel": way,
        "own": own,
        "preview": unsaved or texts.filled(_text(found, way, own), found.places),
        "unsaved": unsaved is not None,
    }
    return replies.page(request, "messages/template.html", context)


def _text(kind: Kind, channel: Channel, own: MessageTemplate | None) -> Text:
    return Text(own.subject, own.body) if own else kind.texts[channel]


def _initial(kind: Kind, channel: Channel, own: MessageTemplate | None) -> dict[str, Any]:
    text = _text(kind, channel, own)
    return {"subject": text.subject, "body": text.body, "enabled": own.enabled if own else True}


@posted
@ONLY
def restore(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    """Go back to the text that Arraigo ships."""
    found, way = access.kind_and_channel(kind, channel)
    actions.restore_template(found.code, way, actor=user_of(request))
    told.success(request, _("The shipped text is used again."))
    return redirect("message_templates")


@posted
@ONLY
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a failed or uncertain message again: a person decides, and to which address; the system never does."""
    found = access.stuck_message(pk)
    done, on_record = _("The message goes out again."), request.POST.get("to") == "record"
    replies.attempt(request, lambda: actions.resend(found.pk, actor=user_of(request), on_record=on_record), done)
    return redirect("message_templates")


@posted
@ONLY
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a failed or uncertain message as a person found it: it arrived, or is not needed any more."""
    found, arrived = access.stuck_message(pk), request.POST.get("found") == "arrived"
    done = _("Your decision is recorded.")
    replies.attempt(request, lambda: actions.settle(found.pk, arrived=arrived, actor=user_of(request)), done)
    return redirect("message_templates")
