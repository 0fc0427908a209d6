"""What both controls ask and how they are decided (steps 9 and 10)."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.customers.phones import as_kept
from arraigo.messages import actions as messages
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy
from arraigo.quality import actions as quality
from arraigo.quality import queries
from arraigo.quality.errors import NotTriedEnough
from arraigo.quality.models import ContactAttempt, QualityControl
from arraigo.quality.queries import ContactRule, NotCounted, Tried
from arraigo.retention import answers, controls
from arraigo.retention.registry import StepForm, StepResult, StepRun
from arraigo.tickets.models import TroubleTicket

REASONS = {
    "goes_on": _("The fault goes on"),
    "came_back": _("The fault came back"),
    "other_service": _("Another service no longer works"),
    "not_visited": _("Nobody came, or the work was not finished"),
    "credit_missing": _("The credit or courtesy is missing"),
    "treatment": _("How the customer was treated"),
}
"""Why a control fails."""
NOT_THE_REPAIR = {"credit_missing", "treatment"}


class ControlForm(StepForm):
    """The customer's answer. Not reached is only a verdict after the attempts that the policy asks for."""

    kind: ClassVar[str]

    @cached_property
    def control(self) -> QualityControl:
        """The control that is to be decided, read once."""
        return pending(self.case.number, self.kind)

    @cached_property
    def new_faults(self) -> list[TroubleTicket]:
        """Countable faults since the visit, read once."""
        return controls.new_faults(self.control.work_order)

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[
            (QualityControl.Verdict.PASSED, _("Passed: everything works")),
            (QualityControl.Verdict.FAILED, _("Failed: the problem goes on")),
            (QualityControl.Verdict.NOT_REACHED, _("Not reached, after the attempts of the procedure")),
        ],
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("Why it fails"),
        choices=list(REASONS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Only for a control that fails."),
    )
    satisfaction = forms.TypedChoiceField(
        label=_("Satisfaction, from 1 to 5"),
        choices=[("", _("did not say")), *((n, str(n)) for n in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    answer = forms.CharField(
        label=_("What the customer says"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        failed = cleaned.get("verdict") == QualityControl.Verdict.FAILED
        if failed and not cleaned.get("answer"):
            self.add_error("answer", _("Write what still fails: whoever takes the case again needs it."))
        if failed and not cleaned.get("reasons") and "reasons" not in self.errors:
            self.add_error("reasons", _("Mark at least one reason why it fails."))
        if cleaned.get("verdict") == QualityControl.Verdict.PASSED and cleaned.get("reasons"):
            self.add_error("verdict", _("Reasons for failing are ticked: the control fails, or they do not apply."))
        if cleaned.get("verdict") == QualityControl.Verdict.NOT_REACHED:
            self._check_tried()
        if not failed:
            cleaned["reasons"] = []
        return cleaned

    def _check_tried(self) -> None:
        calls = queries.failed_attempts(self.control)
        planner = queries.planner_for(rule_of(self.policy), calls)
        tried = planner.tried(calls)
        if not tried.enough:
            self.add_error("verdict", str(NotTriedEnough(tried, *planner.next_call(tried))))


def pending(case_number: str, kind: str) -> QualityControl:
    """The case's control of `kind` that is to be decided now, with its order."""
    return (
        QualityControl.objects.filter(case_number=case_number, kind=kind, verdict=QualityControl.Verdict.PENDING)
        .select_related("work_order__operations_center")
        .latest("id")
    )


def decide(run: StepRun, *, failed_fact: str) -> StepResult:
    """Decide the control with what is looked up now; a failed one tells who must know.

    Who says that everything works was reached: the call is recorded where nobody did.
    """
    form = run.form
    assert isinstance(form, ControlForm)
    control, kind, verdict = form.control, form.kind, run.data["verdict"]
    found = {**controls.facts(control.work_order, form.new_faults), "reasons": run.data["reasons"]}
    if verdict == QualityControl.Verdict.PASSED and not control.attempts.filter(reached=True).exists():
        quality.record_attempt(control, reached=True, actor=run.actor)
    quality.decide(
        control,
        verdict=verdict,
        facts=found,
        answer=run.data["answer"],
        satisfaction=run.data["satisfaction"],
        attempts_needed=run.policy.integer("control.attempts"),
        windows=run.policy.value("control.windows"),
        windows_needed=run.policy.integer("control.different_windows"),
        actor=run.actor,
    )
    failed = verdict == QualityControl.Verdict.FAILED
    facts: dict[str, Any] = {failed_fact: failed}
    if failed:
        facts |= {"reopened": True, **answers.anew(had_courtesy=_had_courtesy(found))}
        run.case.reopened += 1
        run.case.save(update_fields=["reopened"])
        if all(ticket.came_back for ticket in form.new_faults) and not _about_else(run.data["reasons"]):
            controls.take_up_again(control.work_order, answer=run.data["answer"], actor=run.actor)
        messages.notify_all(_who_must_know(run, control), "control.failed", {"kind": kind}, run.case.number)
    return StepResult(verdict, facts, {"control": kind, "verdict": verdict, "found": found})


def _had_courtesy(found: Mapping[str, Any]) -> bool:
    """Whether the case has had its courtesy, by what the control looked up."""
    given = (each for each in found["given"] if each["kind"] not in BillingClaim.Kind.values)
    return any(each["state"] != Courtesy.Status.WITHDRAWN for each in given)


def _about_else(reasons: Sequence[str]) -> bool:
    """Whether a control failed for reasons that leave the repair as it is. A fault that came back as a ticket
    of its own does too: that one is worked on."""
    return bool(reasons) and set(reasons) <= NOT_THE_REPAIR


def _who_must_know(run: StepRun, control: QualityControl) -> list[int]:
    """Keys of the case's owner, the head of the team, and the head of the centre whose visit did not hold."""
    center = control.work_order.operations_center
    people = [run.case.owner_id, run.case.team.head_id, center.head_id if center else None]
    return list(dict.fromkeys(person for person in people if person))


def rule_of(policy: Policy) -> ContactRule:
    """How often and when a customer is called before "not reached"."""
    needed, windows = policy.integer("control.different_windows"), policy.value("control.windows")
    return ContactRule.of(policy.integer("control.attempts"), needed, windows)


def counted(attempts: Iterable[ContactAttempt], tried: Tried) -> list[tuple[ContactAttempt, NotCounted | None]]:
    """Each attempt in the order of time, with why it does not count; None where it does or reached the customer."""
    verdicts = iter(tried.verdicts)
    in_order = sorted(attempts, key=lambda attempt: attempt.at)
    return [(attempt, None if attempt.reached else next(verdicts)[1]) for attempt in in_order]


def evidence_of(case_number: str, kind: str, policy: Policy) -> dict[str, Any]:
    """What the caller should know before the call, the attempts so far and how many the policy asks for."""
    control = pending(case_number, kind)
    order = control.work_order
    attempts = list(control.attempts.select_related("by"))
    calls = [attempt.at for attempt in attempts if not attempt.reached]
    planner = queries.planner_for(rule_of(policy), calls)
    phones = list(order.customer.phones.order_by("-is_contact", "id"))
    tried, contact = planner.tried(calls), as_kept(order.contact_phone)
    return {
        "control": control,
        "attempts": counted(attempts, tried),
        "tried": tried,
        "next_call": planner.next_call(tried),
        "now": clock.now(),
        "order": order,
        "new_faults": controls.new_faults(order),
        "given": controls.given(case_number),
        "products": list(order.products.select_related("offering").prefetch_related("terminations").order_by("id")),
        "phones": phones,
        "order_phone": None if contact in {phone.number for phone in phones} else contact,
        "attempts_needed": policy.integer("control.attempts"),
        "windows": policy.value("control.windows"),
        "windows_needed": policy.integer("control.different_windows"),
    }
