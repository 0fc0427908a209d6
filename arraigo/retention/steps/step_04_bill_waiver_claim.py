"""Step 4 (asesor comercial): the billing claim "Retiro por Retención con Servicio de Ingeniería" (4.1)."""

from django.utils.translation import gettext_lazy as _

from arraigo.retention import claims
from arraigo.retention.registry import StepResult, StepRun, step


@step(
    "step_04",
    title=_("4. Enter the billing claim"),
    sources=("4", "4.1"),
    form=claims.ClaimForm,
    evidence=claims.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Enter the claims of what was accepted in step 3."""
    return claims.enter(run)
