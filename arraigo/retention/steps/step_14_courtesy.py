"""Step 14 (asesor comercial): grants a promotion / OTT for the service at no cost."""

import datetime as dt
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.orders import actions as orders
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.products import actions as products
from arraigo.products.models import Courtesy
from arraigo.retention import answers, courtesies, promises
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.registry import StepResult, StepRun, step
from arraigo.retention.steps.step_12_compensation import alive_products


class CourtesyForm(answers.AnswerForm):
    courtesy = forms.ChoiceField(
        label=_("Courtesy"),
        help_text=_("Only what the policy allows for the customer's products is shown."),
        widget=forms.RadioSelect,
    )
    detail = forms.CharField(
        label=_("Detail"),
        help_text=_("Which channels (STAR and/or HBO), which mobile device, which line."),
        required=False,
        max_length=120,
    )
    field_order = ("courtesy", "detail", "answer", "firm_no")

    def prepare(self) -> None:
        self.allowed = courtesies.allowed(alive_products(self.case), self.policy)
        choice: Any = self.fields["courtesy"]
        choice.choices = [(each.key, each.label) for each in self.allowed]
        choice.required = bool(self.allowed)

    def boxes(self) -> list[tuple[BoundWidget, courtesies.Allowed]]:
        """Each choice of the field with what it grants."""
        return list(zip(self["courtesy"], self.allowed, strict=True))

    def chosen(self) -> courtesies.Allowed | None:
        """The courtesy chosen; None where the policy allows none now."""
        return next((each for each in self.allowed if each.key == self.cleaned_data.get("courtesy")), None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = self.chosen()
        if chosen and chosen.needs_detail and not cleaned.get("detail"):
            self.add_error("detail", _("Write the channels, the device or the line of this courtesy."))
        if not self.allowed and cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self.add_error("answer", _("No courtesy is possible now: record that there is none, and go on."))
        return cleaned


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    owned = alive_products(case)
    return {
        "products": owned,
        "allowed": courtesies.allowed(owned, policy),
        "running": list(
            Courtesy.objects.filter(product__in=owned, status__in=["scheduled", "active"]).select_related(
                "product__offering"
            )
        ),
        "names": {code: terms["name"] for code, terms in policy.value("courtesy").items()},
    }


@step(
    "step_14",
    title=_("14. Grant a promotion or OTT without cost"),
    help=_("Grant a courtesy on the service without cost; it starts and ends by itself."),
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
        details={"detail": run.data["detail"]},
        amount=chosen.cost,
    )
    if run.data["answer"] == Offer.Answer.ACCEPTED:
        offer.courtesy = _grant(run, chosen)
    offer.save()
    return answers.result(run, [offer])


def _grant(run: StepRun, chosen: courtesies.Allowed) -> Courtesy:
    now = clock.now()
    ends_at = now + dt.timedelta(days=chosen.days)
    granted = products.grant_courtesy(
        chosen.product,
        kind=chosen.code,
        details={"detail": run.data["detail"]},
        starts_at=now,
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
    promises.promise(
        run.case,
        Promise.Kind.COURTESY,
        values={"courtesy": chosen.name, "product": str(chosen.product), "due": ends_at},
        role=Role.ADVISOR,
        due_at=ends_at,
    )
    return granted
