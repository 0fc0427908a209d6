"""Step 13 (asesor comercial): the billing claim for the compensation agreed in step 12."""

from django.utils.translation import gettext_lazy as _

from arraigo.retention import claims
from arraigo.retention.registry import StepResult, StepRun, step


@step(
    "step_13",
    title=_("13. Enter the billing claim for compensation"),
    sources=("13",),
    form=claims.ClaimForm,
    evidence=claims.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Enter the claims of what was accepted in step 12."""
    return claims.enter(run)
