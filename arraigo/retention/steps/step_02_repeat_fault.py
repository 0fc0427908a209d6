"""Step 2 (the system, confirmed by the asesor): repeated faults on the same product, without solution?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.products.fields import ProductsField
from arraigo.products.models import Product
from arraigo.retention import faults, queries
from arraigo.retention.models import RepeatFaultVerdict, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.tickets import actions as ticket_actions


class RepeatFaultForm(StepForm):
    sources = {"confirmed_solution": ("2:1",)}
    confirmed_solution = forms.CharField(
        label=_("Confirmed solution"),
        help_text=_(
            "Only if the customer confirms that the fault is really solved: write how you know it. "
            "The case then goes on without the technical visit."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )

    def prepare(self) -> None:
        self.products = queries.affected_products(self.case)
        if len(self.products) > 1:
            keys = [product.pk for product in self.products]
            offered = Product.objects.filter(pk__in=keys).select_related("offering").order_by("id")
            self.fields["solved"] = ProductsField(label=_("Which of them works again"), required=False)
            self.fields["solved"].queryset = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "solved" in self.fields and cleaned.get("confirmed_solution") and not cleaned.get("solved"):
            self.add_error("solved", _("Mark the products that the customer says work again."))
        return cleaned

    def confirmed(self) -> set[int]:
        """Keys of the products whose solution the customer confirmed."""
        if not self.cleaned_data["confirmed_solution"]:
            return set()
        return {product.pk for product in self.cleaned_data.get("solved", self.products)}


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    found = faults.verdicts(case.products.select_related("offering").order_by("id"), policy)
    return {
        "verdicts": found,
        "with_tickets": any(each.history.tickets for each in found),
        "still_open": ", ".join(
            ticket.number for each in found if each.repeat_fault for ticket in each.history.tickets if ticket.is_open
        ),
        "wait_for_word": ", ".join(str(each.product) for each in found if each.waits_for_word),
        "policy": policy,
    }


@step(
    "step_02",
    title=_("2. Repeated faults"),
    sources=("2", "2:1", "2:2"),
    form=RepeatFaultForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Keep the verdict per product with its tickets. Facts: those of the product judged worst."""
    form: RepeatFaultForm = run.form  # type: ignore[assignment]
    products, confirmed = form.products, form.confirmed()
    found = faults.verdicts(products, run.policy)
    if confirmed:
        for each in found:
            if each.history.tickets and each.product.pk in confirmed:
                ticket_actions.confirm_solution(
                    each.history.tickets[-1],
                    reason=run.data["confirmed_solution"],
                    actor=run.actor,
                    case_number=run.case.number,
                )
        found = faults.verdicts(products, run.policy)
    _keep(run, found)
    worst = found[0]
    return StepResult(
        "repeat_fault" if worst.repeat_fault else "no_repeat_fault",
        worst.history.facts(),
        {
            "verdicts": [
                {
                    "product": each.product.number,
                    "repeat_fault": each.repeat_fault,
                    "because": each.because,
                    "tickets": [ticket.number for ticket in each.history.tickets],
                }
                for each in found
            ]
        },
    )


def _keep(run: StepRun, found: list[faults.Verdict]) -> None:
    if "repeat_fault" in run.item.instance.facts:  # judged anew on another day: the history keeps what was found then
        run.case.verdicts.all().delete()
    rows = RepeatFaultVerdict.objects.bulk_create(
        RepeatFaultVerdict(
            case=run.case,
            product=each.product,
            repeat_fault=each.repeat_fault,
            fault_count=each.history.fault_count,
            rule=each.rule[:20],
            because=each.because,
            at=clock.now(),
            by=run.actor,
        )
        for each in found
    )
    link = RepeatFaultVerdict.tickets.through
    link.objects.bulk_create(
        link(repeatfaultverdict_id=row.pk, troubleticket_id=ticket.pk)
        for row, each in zip(rows, found, strict=True)
        for ticket in each.history.tickets
    )
