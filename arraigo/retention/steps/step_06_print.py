"""Step 6 (supervisor centro de operaciones): prints the retention work orders and assigns them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import PrintBatch
from arraigo.orders import progress as orders
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.retention import visits
from arraigo.retention.registry import StepForm, StepResult, StepRun, step


class PrintForm(StepForm):
    sources = {"technician": ("7",)}
    technician = forms.ModelChoiceField(
        label=_("Technician"),
        help_text=_("Who goes to the customer's home."),
        queryset=User.objects.none(),
        empty_label=_("Choose…"),
    )
    batch = forms.ModelChoiceField(queryset=PrintBatch.objects.none(), required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        order = visits.current_order(self.case)
        technicians: Any = self.fields["technician"]
        center = order.operations_center
        technicians.queryset = (
            people.staff_of(center, Role.TECHNICIAN) if center else people.users_with_role(Role.TECHNICIAN)
        )
        technicians.initial = order.technician_id
        batches: Any = self.fields["batch"]
        batches.queryset = PrintBatch.objects.filter(work_orders=order)


@step(
    "step_06",
    title=_("6. Print work orders"),
    sources=("6", "6.1"),
    form=PrintForm,
    evidence=visits.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Assign the order; print it in a batch of its own unless it belongs to the batch given."""
    order = orders.assign(visits.current_order(run.case), technician=run.data["technician"], actor=run.actor, held=True)
    run.case.current_order = order
    batch = run.data["batch"] or fieldwork.print_batch([order], actor=run.actor)
    return StepResult("printed", {}, {"batch": batch.number, "technician": str(run.data["technician"])})
