"""Step 14 (asesor comercial): grants a promotion / OTT for the service at no cost."""

import datetime as dt
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.orders import actions as orders
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.products import actions as products
from arraigo.products.models import Courtesy
from arraigo.retention import answers, choosing, courtesies, options, promises
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepResult, StepRun, step


class CourtesyForm(answers.AnswerForm):
    sources = {"courtesy": ("14:1", "14:2", "14:3", "14:4", "14:5"), "channels": ("14:1",), "detail": ("14:2", "14:4")}
    courtesy = forms.ChoiceField(
        label=_("Courtesy"),
        help_text=_("Only what the policy allows for the customer's products; the dates are those of a start today."),
        widget=forms.RadioSelect,
    )
    channels = forms.MultipleChoiceField(label=_("Channels"), required=False, widget=forms.CheckboxSelectMultiple)
    detail = forms.CharField(
        label=_("Device or line"),
        help_text=_("The one mobile device of GO ON TV, or the line that becomes Línea Max."),
        required=False,
        max_length=120,
    )
    starts_on = forms.DateField(
        label=_("Starts on"),
        help_text=_("Until it starts it can be taken back."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Write the day as year-month-day, for example 2026-03-10.")},
    )
    field_order = ("courtesy", "channels", "detail", "starts_on", "answer", "firm_no")

    def prepare(self) -> None:
        owned = alive_products(self.case)
        self.allowed = courtesies.allowed(owned, self.policy, case_number=self.case.number)
        choice: Any = self.fields["courtesy"]
        choice.choices = [(each.key, each.label) for each in self.allowed]
        choice.required = bool(self.allowed)
        self._limit_start()
        named = dict.fromkeys(name for each in self.allowed for name in each.choices)
        if named:
            channels: Any = self.fields["channels"]
            channels.choices = [(name, name) for name in named]
        else:
            del self.fields["channels"]
        for name in self.fields.keys() & {"channels", "detail"}:
            choosing.needed_with(self.fields[name], "answer", Offer.Answer.ACCEPTED)

    def _limit_start(self) -> None:
        """From today up to the days of the policy; today unless another day is chosen."""
        field, self.first = self.fields["starts_on"], clock.today()
        self.last = self.first + dt.timedelta(days=self.policy.integer("courtesy_limit.start_days", 0))
        field.initial = self.first
        field.widget.attrs.update({"min": self.first.isoformat(), "max": self.last.isoformat()})

    def clean_starts_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["starts_on"] or self.first
        if not self.first <= day <= self.last:
            between = {"first": f"{self.first:%d/%m/%Y}", "last": f"{self.last:%d/%m/%Y}"}
            raise forms.ValidationError(_("Choose a day from %(first)s to %(last)s.") % between)
        return day

    def begins(self) -> dt.datetime:
        """When the courtesy starts: now, or with the day chosen."""
        day: dt.date = self.cleaned_data["starts_on"]
        return clock.now() if day == self.first else clock.start_of_day(day)

    @property
    def keys_with_channels(self) -> str:
        """The choices that ask for channels, for the page to show the boxes with them."""
        return " ".join(each.key for each in self.allowed if each.choices)

    @property
    def keys_with_detail(self) -> str:
        """The choices that ask for a device or a line."""
        return " ".join(each.key for each in self.allowed if each.asks)

    def boxes(self) -> list[tuple[BoundWidget, courtesies.Allowed]]:
        """Each choice of the field with what it grants."""
        return list(zip(self["courtesy"], self.allowed, strict=True))

    def chosen(self) -> courtesies.Allowed | None:
        """The courtesy chosen; None where the policy allows none now."""
        return next((each for each in self.allowed if each.key == self.cleaned_data.get("courtesy")), None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = self.chosen()
        if chosen and cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self._ask_details(chosen)
        if not self.allowed and cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self.add_error("answer", _("No courtesy is possible now: record that there is none, and go on."))
        return cleaned

    def _ask_details(self, chosen: courtesies.Allowed) -> None:
        if chosen.choices and not self.cleaned_data.get("channels"):
            self.add_error("channels", _("Choose one channel or both."))
        if chosen.asks and not self.cleaned_data.get("detail"):
            asked = {"device": _("Write which mobile device."), "line": _("Write which line.")}
            self.add_error("detail", asked[chosen.asks])

    def details(self, chosen: courtesies.Allowed) -> dict[str, Any]:
        """What the courtesy was given for: the channels, the device or the line; only what it asks."""
        found: dict[str, Any] = {}
        if chosen.choices and self.cleaned_data["channels"]:
            found["channels"] = self.cleaned_data["channels"]
        if chosen.asks and self.cleaned_data["detail"]:
            found[chosen.asks] = self.cleaned_data["detail"]
        return found

    def read_back(self) -> ReadBack:
        chosen = None if not self.is_bound or self.errors else self.chosen()
        if chosen is None or self.cleaned_data.get("answer") != Offer.Answer.ACCEPTED:
            return ReadBack()
        said = promises.sentence(Promise.Kind.COURTESY, promised(chosen, self.details(chosen), self.begins()))
        return ReadBack((said,))


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    owned = alive_products(case)
    return {
        "options": options.panel(case, item, policy),
        "offers": options.so_far(case),
        "running": list(
            Courtesy.objects.filter(product__in=owned, status__in=["scheduled", "active"]).select_related(
                "product__offering"
            )
        ),
    }


@step(
    "step_14",
    title=_("14. Grant a promotion or OTT without cost"),
    sources=("14",),
    form=CourtesyForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the offer; where accepted, grant the courtesy with its end and its order."""
    form: CourtesyForm = run.form  # type: ignore[assignment]
    chosen = form.chosen()
    if chosen is None:
        return answers.result(run, [])
    offer = answers.offer(
        run,
        kind=Offer.Kind.COURTESY,
        product=chosen.product,
        courtesy_kind=chosen.code,
        details=form.details(chosen),
        amount=chosen.value,
    )
    if run.data["answer"] == Offer.Answer.ACCEPTED:
        offer.courtesy = _grant(run, chosen, form.details(chosen), form.begins())
    offer.save()
    return answers.result(run, [offer])


def promised(chosen: courtesies.Allowed, details: dict[str, Any], starts_at: dt.datetime) -> dict[str, Any]:
    """What the sentence of the promise is filled with; the day it starts is named where it is a later one."""
    named = [", ".join(value) if isinstance(value, list) else str(value) for value in details.values()]
    name = f"{chosen.name} ({', '.join(named)})" if named else chosen.name
    if starts_at > clock.now():
        name = gettext("%(courtesy)s from %(day)s on") % {
            "courtesy": name,
            "day": f"{clock.local(starts_at):%d/%m/%Y}",
        }
    return {"courtesy": name, "product": str(chosen.product), "due": starts_at + dt.timedelta(days=chosen.days)}


def _grant(run: StepRun, chosen: courtesies.Allowed, details: dict[str, Any], starts_at: dt.datetime) -> Courtesy:
    values = promised(chosen, details, starts_at)
    ends_at: dt.datetime = values["due"]
    granted = products.grant_courtesy(
        chosen.product,
        kind=chosen.code,
        details=details,
        starts_at=starts_at,
        ends_at=ends_at,
        cost=chosen.cost,
        case_number=run.case.number,
        actor=run.actor,
    )
    orders.order_courtesy(
        customer=run.case.customer,
        product=chosen.product,
        details={"courtesy": chosen.code, "ends_at": ends_at.isoformat()},
        case_number=run.case.number,
        actor=run.actor,
    )
    promises.promise(run.case, Promise.Kind.COURTESY, values=values, role=Role.ADVISOR, due_at=ends_at)
    return granted
