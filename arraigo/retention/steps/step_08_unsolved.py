"""Step 8 where the visit could not solve it (técnico multiservicios): what was found is signed, and the order ends."""

from django.utils.translation import gettext_lazy as _

from arraigo.messages import actions as messages
from arraigo.orders import progress as orders
from arraigo.orders.models import WorkOrder
from arraigo.people import queries as people
from arraigo.people.models import Role
from arraigo.retention import signing, visits
from arraigo.retention.registry import StepResult, StepRun, step


class FindingsForm(signing.SignedForm):
    sources = {"signer_name": ("8.1",)}


@step(
    "step_08_unsolved",
    title=_("8. Signature for what could not be solved"),
    sources=("8", "8.1"),
    help=_(
        "Every visit leaves its documents, also one that could not solve it: cause, readings and photos are signed."
    ),
    form=FindingsForm,
    evidence=signing.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Sign the papers; the order ends as failed with the visit's cause, and who must know is told."""
    order = visits.current_order(run.case)
    signed = signing.sign(run, order.visit, order)
    end_unsolved(run, order)
    return StepResult(
        "signed" if not run.data["refusal_reason"] else "signature_refused",
        {},
        {"work_order": order.number, "papers": [paper.number for paper in signed], "cause": order.cause},
    )


def end_unsolved(run: StepRun, order: WorkOrder) -> None:
    """End the order, held by the step, with its visit's cause; its advisor and its centre's supervisors are told."""
    orders.fail_order(order, cause=order.visit.cause, actor=run.actor, held=True)
    told = [run.case.owner_id]
    if order.operations_center_id is not None:
        supervisors = people.staff_of(order.operations_center_id, Role.OPERATIONS_SUPERVISOR)
        told += [each.pk for each in supervisors]
    messages.notify_all(dict.fromkeys(told), "work_order.failed", {"order": order.number}, case_number=run.case.number)
