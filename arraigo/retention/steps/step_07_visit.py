"""Step 7 (técnico multiservicios): goes to the home within 24 h and carries out Xpress tasks (7.1)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import Task
from arraigo.messages import actions as messages
from arraigo.orders import progress as orders
from arraigo.products.models import Product
from arraigo.retention import visits
from arraigo.retention.registry import StepForm, StepResult, StepRun, step

CAUSES = [
    ("", "—"),
    ("plant", _("Fault in the outside plant")),
    ("no_capacity", _("No port or capacity")),
    ("building", _("The building does not allow the work")),
    ("customer_equipment", _("Customer's own equipment")),
    ("material", _("Material missing")),
    ("other", _("Other")),
]


class VisitForm(StepForm):
    tasks = forms.MultipleChoiceField(
        label=_("Xpress tasks carried out"),
        choices=Task.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    materials = forms.CharField(
        label=_("Materials"),
        help_text=_("One in each line, with its quantity: 12 m network cable."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    findings = forms.CharField(
        label=_("What was found"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    solved = forms.ChoiceField(
        label=_("Result"),
        choices=[("yes", _("Solved")), ("no", _("Cannot be solved on site"))],
        widget=forms.RadioSelect,
    )
    cause = forms.ChoiceField(
        label=_("Cause"), help_text=_("Only if it cannot be solved on site."), choices=CAUSES, required=False
    )

    def prepare(self) -> None:
        self.products = list(visits.current_order(self.case).products.select_related("offering"))
        for product in self.products:
            for moment, label in (("before", _("before")), ("after", _("after"))):
                self.fields[f"{moment}_{product.pk}"] = forms.DecimalField(
                    label=_("%(reading)s %(moment)s · %(product)s")
                    % {"reading": self.reading(product)[0], "moment": label, "product": product},
                    help_text=self.reading(product)[1],
                    required=False,
                    decimal_places=2,
                    min_value=Decimal(str(self.reading(product)[2])),
                    max_value=Decimal(str(self.reading(product)[3])),
                )

    def reading(self, product: Product) -> tuple[str, str, float, float]:
        """Name, unit, least and most plausible value of what is measured on the product's technology."""
        readings = self.policy.value("reading")
        reading = readings.get(product.offering.technology, readings["default"])
        return reading["name"], reading["unit"], reading["least"], reading["most"]

    def readings(self) -> list[tuple[Product, str, str, forms.BoundField, forms.BoundField]]:
        """Each product with the name and unit of its reading, and the fields before and after."""
        return [
            (each, *self.reading(each)[:2], self[f"before_{each.pk}"], self[f"after_{each.pk}"])
            for each in self.products
        ]

    def warnings(self) -> dict[str, str]:
        """What to mind with a task on the technologies of this order's products, by the task's code."""
        technologies = {product.offering.technology for product in self.products}
        return {
            code: terms["warning"]
            for code, terms in self.policy.value("xpress").items()
            if technologies & set(terms.get("warn_technologies", []))
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("solved") == "yes" and not cleaned.get("tasks"):
            self.add_error("tasks", _("Mark at least one task: a solved visit carried one out."))
        if cleaned.get("solved") == "no" and not cleaned.get("cause"):
            self.add_error("cause", _("Choose why it cannot be solved on site."))
        return cleaned

    def measurements(self) -> Iterator[dict[str, Any]]:
        for product in self.products:
            name, unit, _least, _most = self.reading(product)
            before, after = (self.cleaned_data[f"{moment}_{product.pk}"] for moment in ("before", "after"))
            if before is not None or after is not None:
                yield {"product": product, "name": name, "unit": unit, "before": before, "after": after}


@step(
    "step_07",
    title=_("7. Visit and thorough review"),
    help=_("Attend within the 24 hours through the Engineering Service, with any of the Xpress tasks."),
    form=VisitForm,
    evidence=visits.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the visit. Fact: `solved`. An unsolved order ends as failed with its cause."""
    form: VisitForm = run.form  # type: ignore[assignment]
    order = visits.current_order(run.case)
    solved = run.data["solved"] == "yes"
    fieldwork.record_visit(
        order,
        technician=run.actor,
        tasks=run.data["tasks"],
        measurements=list(form.measurements()),
        materials=[line.strip() for line in run.data["materials"].splitlines() if line.strip()],
        findings=run.data["findings"],
        solved=solved,
        cause=run.data["cause"],
    )
    if not solved:
        orders.fail_order(order, cause=run.data["cause"], actor=run.actor)
        messages.notify(run.case.owner, "work_order.failed", {"order": order.number}, case_number=run.case.number)
    return StepResult(
        "solved" if solved else "not_solved",
        {"solved": solved},
        {"work_order": order.number, "tasks": run.data["tasks"], "cause": run.data["cause"]},
    )
