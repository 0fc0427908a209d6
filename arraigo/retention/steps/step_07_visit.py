"""Step 7 (técnico multiservicios): goes to the home within 24 h and carries out Xpress tasks (7.1)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.documents.values import paper_language
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork import pictures
from arraigo.fieldwork.details import DETAILS, Detail
from arraigo.fieldwork.materials import named
from arraigo.fieldwork.models import NotMeasured, NotSolved, Photo, Task
from arraigo.orders import progress as orders
from arraigo.products.models import Product
from arraigo.records import RuleBroken
from arraigo.retention import signing, visits
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.retention.steps.step_08_unsolved import end_unsolved

MOST_MATERIAL = 1000
"""Metres or pieces of one material in one visit: more is a slip of the finger."""
MEASURE = {
    "before": _("Measure before the work too, or choose below why not."),
    "after": _("Measure after the work, or choose below why not."),
}
READING_HINTS = {
    ("before", "after"): _("It needs the readings before and after the work, below."),
    ("after",): _("It needs the reading after the work, below."),
    ("before",): _("It needs the reading before the work, below."),
}
"""Moments that a task is measured at → what the page says of it."""
MOMENTS = (Photo.Moment.BEFORE, Photo.Moment.AFTER)


class VisitForm(StepForm):
    sources = {"tasks": ("7.1", "7.1:1", "7.1:2", "7.1:3", "7.1:4", "7.1:5"), "solved": ("8",)}

    tasks = forms.MultipleChoiceField(
        label=_("Xpress tasks carried out"),
        choices=Task.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    materials = forms.CharField(
        label=_("Other materials"),
        help_text=_("One in each line, with its quantity: 12 m network cable."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    findings = forms.CharField(
        label=_("What was found"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    not_measured = forms.ChoiceField(
        label=_("If a reading could not be taken: why"), choices=[("", "—"), *NotMeasured.choices], required=False
    )
    solved = forms.ChoiceField(
        label=_("Result"),
        choices=[("yes", _("Solved")), ("no", _("Cannot be solved on site"))],
        widget=forms.RadioSelect,
    )
    cause = forms.ChoiceField(
        label=_("Cause"),
        help_text=_("Only if it cannot be solved on site."),
        choices=[("", "—"), *NotSolved.choices],
        required=False,
    )

    def prepare(self) -> None:
        self.order = visits.current_order(self.case)
        self.products = list(self.order.products.select_related("offering").order_by("id"))
        for product in self.products:
            for moment, label in (("before", _("before")), ("after", _("after"))):
                self.fields[f"{moment}_{product.pk}"] = self._reading_field(product, label)
        for task, details in DETAILS.items():
            for detail in details:
                self.fields[f"{task}_{detail.name}"] = _detail_field(detail, self._most(task, detail))
        for code in self.material_tasks():
            self.fields[f"material_{code}"] = forms.DecimalField(
                label=named(code)[0], required=False, decimal_places=1, min_value=0, max_value=MOST_MATERIAL
            )
        for moment in MOMENTS:
            self.fields[f"photo_{moment}"] = forms.FileField(label=moment.label, required=False)

    def _reading_field(self, product: Product, moment: Any) -> forms.DecimalField:
        name, unit, least, most = self.reading(product)
        implausible = _("%(reading)s lies between %(least)s and %(most)s %(unit)s: look at the meter again.") % {
            "reading": name, "least": least, "most": most, "unit": unit,
        }  # fmt: skip
        return forms.DecimalField(
            label=_("%(reading)s %(moment)s · %(product)s") % {"reading": name, "moment": moment, "product": product},
            help_text=f"{unit} · {least} … {most}",
            required=False,
            localize=True,
            decimal_places=2,
            min_value=Decimal(str(least)),
            max_value=Decimal(str(most)),
            error_messages={
                "min_value": implausible,
                "max_value": implausible,
                "invalid": _("Write the reading as a number, for example -19,5."),
            },
        )

    def _most(self, task: str, detail: Detail) -> int:
        terms = self.policy.value("xpress").get(task, {})
        return int(terms.get(f"{detail.name}_max", detail.most))

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

    def needs(self) -> dict[str, list[forms.BoundField]]:
        """The fields that each task needs, by the task's code."""
        return {str(task): [self[f"{task}_{detail.name}"] for detail in asked] for task, asked in DETAILS.items()}

    def required_readings(self, task: str) -> list[str]:
        """The moments of the work at which `task` is measured, `before` and `after`, as the policy says."""
        terms = self.policy.value("xpress").get(task, {})
        return terms.get("readings", ["after"] if terms.get("measured") else [])  # type: ignore[no-any-return]

    def reading_hints(self) -> dict[str, Any]:
        """What the page says of the readings that a task asks for, by the task's code."""
        return {task: READING_HINTS.get(tuple(self.required_readings(task)), "") for task in Task.values}

    def material_tasks(self) -> dict[str, list[str]]:
        """Material → the tasks that use it, as the policy lists them."""
        tasks: dict[str, list[str]] = {}
        for task, terms in self.policy.value("xpress").items():
            for code in terms.get("materials", []):
                tasks.setdefault(code, []).append(task)
        return tasks

    def material_fields(self) -> list[tuple[forms.BoundField, str, list[str]]]:
        """Each material's field with its unit and the tasks that use it."""
        return [(self[f"material_{code}"], named(code)[1], tasks) for code, tasks in self.material_tasks().items()]

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
        for task in cleaned.get("tasks", []):
            self._check_details(task, cleaned)
        if cleaned.get("solved") == "yes":
            self._check_measured(cleaned)
        for moment in MOMENTS:
            self._check_photo(f"photo_{moment}", cleaned)
        return cleaned

    def _check_details(self, task: str, cleaned: dict[str, Any]) -> None:
        for detail in DETAILS[task]:
            name = f"{task}_{detail.name}"
            if name in cleaned and cleaned[name] in (None, ""):
                self.add_error(name, _("Say it: the task “%(task)s” was marked.") % {"task": Task(task).label})

    def _check_measured(self, cleaned: dict[str, Any]) -> None:
        """Each task leaves the readings that the policy asks for, of one product of its services, or says why not."""
        missing = {name for task in cleaned.get("tasks", []) for name in self._unmeasured(task, cleaned)}
        if not missing:
            cleaned["not_measured"] = ""
        elif cleaned.get("not_measured") == NotMeasured.OTHER and not cleaned.get("findings"):
            self.add_error("findings", _("Write why a reading could not be taken."))
        elif not cleaned.get("not_measured"):
            for name in missing:
                self.add_error(name, MEASURE[name.split("_")[0]])

    def _unmeasured(self, task: str, cleaned: dict[str, Any]) -> list[str]:
        """The fields of the readings that `task` still lacks, of the product that lacks fewest."""
        services = self.policy.value("xpress").get(task, {}).get("services", [])
        own = [product for product in self.products if product.offering.service in services] or self.products
        lacking = [
            [
                f"{moment}_{product.pk}"
                for moment in self.required_readings(task)
                if f"{moment}_{product.pk}" not in self.errors and cleaned.get(f"{moment}_{product.pk}") is None
            ]
            for product in own
        ]
        return min(lacking, key=len, default=[])

    def _check_photo(self, name: str, cleaned: dict[str, Any]) -> None:
        try:
            cleaned[name] = pictures.uploaded(cleaned.get(name))
        except RuleBroken as refusal:
            self.add_error(name, str(refusal))

    def measurements(self) -> Iterator[dict[str, Any]]:
        for product in self.products:
            name, unit, _least, _most = self.reading(product)
            before, after = (self.cleaned_data[f"{moment}_{product.pk}"] for moment in ("before", "after"))
            if before is not None or after is not None:
                yield {"product": product, "name": name, "unit": unit, "before": before, "after": after}

    def used(self) -> Iterator[str | dict[str, Any]]:
        """The materials used, as `fieldwork.materials` takes them, named as on paper."""
        with paper_language():
            for code in self.material_tasks():
                if quantity := self.cleaned_data[f"material_{code}"]:
                    name, unit = named(code)
                    yield {"name": name, "quantity": quantity, "unit": unit}
        yield from filter(None, map(str.strip, self.cleaned_data["materials"].splitlines()))

    def detailed(self) -> dict[str, dict[str, Any]]:
        """What each task carried out was."""
        return {
            task: {detail.name: self.cleaned_data[f"{task}_{detail.name}"] for detail in DETAILS[task]}
            for task in self.cleaned_data["tasks"]
        }


def _detail_field(detail: Detail, most: int) -> forms.Field:
    label = f"{detail.label} ({detail.unit})" if detail.unit else str(detail.label)
    if detail.choices:
        return forms.ChoiceField(label=label, choices=detail.choices, required=False, widget=forms.RadioSelect)
    limit = _("Write a number from 1 to %(most)s.") % {"most": most}
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=most,
        error_messages={"min_value": limit, "max_value": limit, "invalid": limit},
    )  # fmt: skip


@step(
    "step_07",
    title=_("7. Visit and thorough review"),
    sources=("7", "7.1"),
    form=VisitForm,
    evidence=visits.evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the visit. Fact: `solved`. Step 8 follows either way; in versions without, an unsolved order ends here."""
    form: VisitForm = run.form  # type: ignore[assignment]
    order = visits.current_order(run.case)
    solved = run.data["solved"] == "yes"
    for moment in MOMENTS:
        if content := run.data[f"photo_{moment}"]:
            fieldwork.add_photo(order, content, moment=moment, actor=run.actor)
    order.visit = fieldwork.record_visit(
        order,
        technician=run.actor,
        tasks=run.data["tasks"],
        measurements=list(form.measurements()),
        materials=list(form.used()),
        details=form.detailed(),
        findings=run.data["findings"],
        not_measured=run.data["not_measured"] if solved else "",
        solved=solved,
        cause=run.data["cause"],
    )
    if order.state in orders.BACK_TO:
        order.refresh_from_db(fields=["state", "due_at"])
    if not solved and not signing.unsolved_is_signed(run.policy):
        end_unsolved(run, order)
    return StepResult(
        "solved" if solved else "not_solved",
        {"solved": solved},
        {"work_order": order.number, "tasks": run.data["tasks"], "cause": run.data["cause"]},
    )
