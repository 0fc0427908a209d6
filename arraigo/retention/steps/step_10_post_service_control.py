"""Step 10 (gestión de calidad): repeated faults 30 days after the Engineering Service was generated."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.quality.models import QualityControl
from arraigo.retention import control_form
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import StepResult, StepRun, step

KIND = QualityControl.Kind.POST_SERVICE


class PostServiceControlForm(control_form.ControlForm):
    sources = {"verdict": ("10:1",)}
    kind = KIND

    def prepare(self) -> None:
        """Where the tickets decide, the form says so before anybody asks."""
        if not self.is_bound and self.new_faults:
            self.fields["verdict"].initial = QualityControl.Verdict.FAILED
            self.fields["reasons"].initial = ["came_back"]

    def clean(self) -> dict[str, Any]:
        """A new fault in the tickets is recurrence, whatever the customer answers, reached or not."""
        cleaned = super().clean()
        if self.new_faults and cleaned.get("verdict", QualityControl.Verdict.FAILED) != QualityControl.Verdict.FAILED:
            self.add_error(
                "verdict",
                _("The tickets show a fault (%(tickets)s): the control cannot pass.")
                % {"tickets": ", ".join(ticket.number for ticket in self.new_faults)},
            )
        return cleaned


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return control_form.evidence_of(case.number, KIND, policy)


@step(
    "step_10",
    title=_("10. Control of repeated faults at 30 days"),
    sources=("10", "10:1"),
    form=PostServiceControlForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Decide the control. Fact: `control_failed_10`; a failed one goes back to step 3."""
    return control_form.decide(run, failed_fact="control_failed_10")
