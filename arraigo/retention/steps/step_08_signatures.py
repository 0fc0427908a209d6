"""Step 8 (técnico multiservicios): leaves every service working and collects the signature (8.1)."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.documents.values import paper_language
from arraigo.fieldwork.models import Task
from arraigo.orders import progress as orders
from arraigo.orders.models import WorkOrder
from arraigo.retention import promises, signing, visits
from arraigo.retention.models import Promise
from arraigo.retention.registry import StepResult, StepRun, step
from arraigo.tickets import actions as tickets


class SignatureForm(signing.SignedForm):
    sources = {"working": ("8",), "signer_name": ("8.1",)}

    def prepare(self) -> None:
        super().prepare()
        for product in self.products:
            self.fields[f"working_{product.pk}"] = forms.BooleanField(
                label=_("%(product)s is working") % {"product": product},
                error_messages={"required": _("Every service is left working: confirm it, or go back to the visit.")},
            )

    def working(self) -> list[forms.BoundField]:
        """The fields that confirm, product by product, that it works."""
        return [self[f"working_{each.pk}"] for each in self.products]


@step(
    "step_08",
    title=_("8. Leave every service working and collect the signature"),
    sources=("8", "8.1"),
    form=SignatureForm,
    evidence=signing.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Sign the papers, close the order, resolve the tickets. Fact: `post_visit_at`, the control at 2 days."""
    order: WorkOrder = visits.current_order(run.case)
    faults = visits.held_faults(order)
    form: Any = run.form
    working = [str(product) for product in form.products]
    signed = signing.sign(run, order.visit, order, tickets=faults, working=working)
    order = run.case.current_order = orders.complete_order(order, actor=run.actor, held=True)
    promises.keep(run.case, Promise.Kind.VISIT, due_at=order.due_at, proof=order.number)
    assert order.closed_at is not None
    solved = tickets.solve(
        faults, at=order.closed_at, note=_solution(order), actor=run.actor, case_number=run.case.number
    )
    control_at = order.closed_at + dt.timedelta(days=run.policy.integer("control.post_visit_days"))
    return StepResult(
        "signed" if not run.data["refusal_reason"] else "signature_refused",
        {"post_visit_at": control_at.isoformat()},
        {
            "work_order": order.number,
            "papers": [paper.number for paper in signed],
            "tickets": [ticket.number for ticket in solved],
        },
    )


def _solution(order: WorkOrder) -> str:
    """How the visit solved the tickets, as they keep it: the order and its tasks."""
    with paper_language():
        return f"{order.number}: {', '.join(str(Task(task).label) for task in order.visit.tasks)}"
