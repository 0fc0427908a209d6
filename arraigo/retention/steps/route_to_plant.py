"""Not solved on site (supervisor centro de operaciones): routed to plant, second visit with priority."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.fieldwork import queries as fieldwork
from arraigo.orders import actions as orders
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.retention import plant, promises, visits
from arraigo.retention.models import Promise, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step


class RouteForm(StepForm):
    sources = {"plant_note": ("8",)}
    plant_note = forms.CharField(
        label=_("Note for plant"),
        help_text=_("What plant has to mend before the second visit."),
        error_messages={"required": _("Write what plant has to mend: it is told that, and the second order says it.")},
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


def _evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    """The order with what its visit found: plant is told in the supervisor's words what to mend."""
    order = visits.current_order(case)
    return visits.of_order(order) | {
        "visit": order.visit,
        "measurements": list(order.visit.measurements.select_related("product__offering").order_by("id")),
        "photos": list(order.photos.defer("attachment__content").select_related("attachment")),
        "papers": list(fieldwork.papers_of_order(order.pk)),
    }


@step(
    "route_to_plant",
    title=_("Route to plant and order a second visit"),
    sources=("7.1", "8"),
    help=_("An order that cannot be solved on site goes to plant; a linked priority order starts a new 24 hours."),
    form=RouteForm,
    evidence=_evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Generate the linked priority order; the first visit's promise was not kept, and plant is told."""
    failed = visits.current_order(run.case)
    following = run.case.current_order = orders.follow_up_order(
        failed, hours=run.policy.integer("visit.hours"), plant_note=run.data["plant_note"], actor=run.actor, held=True
    )
    promises.break_open(run.case, Promise.Kind.VISIT, proof=failed.number)
    promises.promise(
        run.case,
        Promise.Kind.VISIT,
        values={"due": following.due_at, "product": ", ".join(str(p) for p in failed.products.all())},
        role=Role.TECHNICIAN,
        due_at=following.due_at,
    )
    told = plant.tell(failed, following, run.data["plant_note"])
    return StepResult("routed", {}, {"failed": failed.number, "work_order": following.number, "to": told})
