"""Step 9 (equipo seguimiento de incidentes): the quality control 2 days after the order was closed."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.quality.models import QualityControl
from arraigo.retention import control_form, controls
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import StepResult, StepRun, step

KIND = QualityControl.Kind.POST_VISIT


class PostVisitControlForm(control_form.ControlForm):
    sources = {"verdict": ("9.1",)}
    kind = KIND


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return control_form.evidence_of(case.number, KIND, policy)


@step(
    "step_09",
    title=_("9. Quality control at 2 days"),
    sources=("9.1",),
    form=PostVisitControlForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Decide the control. Fact: `control_failed_09`; a failed one re-opens the case at step 5 with priority.

    A passed one is the customer's word that the visit solved the faults: a confirmed solution.
    """
    result = control_form.decide(run, failed_fact="control_failed_09")
    if result.outcome == QualityControl.Verdict.PASSED:
        controls.confirm_solution(run.form.control.work_order, actor=run.actor)  # type: ignore[attr-defined]
    return result
