"""The administrator's pages."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from arraigo import clock
from arraigo.bss import actions as outbox
from arraigo.bss import queries as commands_of
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.retention import sweeps
from arraigo.web import lists, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.administration import access
from arraigo.web.administration.forms import ClockForm, HolidayForm, SettleForm
from arraigo.web.administration.lists import COMMANDS
from arraigo.workdays import actions as workdays

ONLY = staff(Role.ADMINISTRATOR)


@require_GET
@ONLY
def units(request: HttpRequest) -> HttpResponse:
    """Units with head and people: who does what where."""
    return render(request, "administration/units.html", {"units": access.units()})


@require_http_methods(["GET", "POST"])
@ONLY
def holidays(request: HttpRequest) -> HttpResponse:
    """The calendar of one year; adding a day or renaming it."""
    text = request.GET.get("year", "")
    year = int(text) if len(text) == 4 and text.isdecimal() and 2000 <= int(text) <= 2100 else clock.today().year
    form = HolidayForm(replies.typed(request))
    if replies.sent(request, form):
        day, name = form.cleaned_data["day"], form.cleaned_data["name"]
        workdays.set_holiday(day, name, actor=user_of(request))
        messages.success(request, _("The calendar is changed."))
        return redirect("administration_holidays")
    context = {
        "form": form,
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "holidays": access.holidays(year),
    }
    return replies.page(request, "administration/holidays.html", context)


@posted
@ONLY
def holiday_remove(request: HttpRequest, day: str) -> HttpResponse:
    """Take a day out of the calendar."""
    workdays.remove_holiday(access.holiday(day).day, actor=user_of(request))
    messages.success(request, _("The calendar is changed."))
    return redirect("administration_holidays")


@posted
@ONLY
def holidays_fill(request: HttpRequest, year: int) -> HttpResponse:
    """Add the days that are proposed for a year; people correct them."""
    replies.attempt(
        request,
        lambda: workdays.fill_holidays(year, actor=user_of(request)),
        _("The proposed days are in the calendar: look them over."),
    )
    return redirect("administration_holidays")


@require_GET
@ONLY
def versions(request: HttpRequest) -> HttpResponse:
    """The versions of the procedure."""
    return render(request, "administration/versions.html", {"versions": access.versions()})


@require_GET
@ONLY
def commands(request: HttpRequest) -> HttpResponse:
    """Commands that the commercial system has not applied."""
    return lists.reply(request, COMMANDS, commands_of.undelivered(), "administration/commands.html", {})


@require_http_methods(["GET", "POST"])
@ONLY
def command(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a failed or uncertain command: a person decides, the system never resends by itself."""
    found = access.stuck_command(pk)
    form = SettleForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            _settle(found.pk, form, request)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your decision is recorded."))
            return redirect("administration_commands")
    return replies.page(request, "administration/command.html", {"command": found, "form": form})


def _settle(pk: int, form: SettleForm, request: HttpRequest) -> None:
    actor, decision = user_of(request), form.cleaned_data["decision"]
    if decision == "resend":
        outbox.resend(pk, actor=actor)
    else:
        outbox.settle(pk, applied=decision == "applied", note=form.cleaned_data["note"], actor=actor)


@require_http_methods(["GET", "POST"])
@ONLY
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move a demo database's clock and let everything that is due happen; refused in production."""
    form = ClockForm(replies.typed(request))
    if replies.sent(request, form):
        by = dt.timedelta(days=form.cleaned_data["days"], hours=form.cleaned_data["hours"])
        try:
            workdays.advance_clock(by, actor=user_of(request))
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            done = sum(sweeps.run_all().values())
            told = ngettext(
                "The clock is moved; %(count)d thing fell due.", "The clock is moved; %(count)d things fell due.", done
            )
            messages.success(request, told % {"count": done})
            return redirect("administration_clock")
    context = {"form": form, "production": settings.PRODUCTION, "present": clock.now()}
    return replies.page(request, "administration/clock.html", context)
