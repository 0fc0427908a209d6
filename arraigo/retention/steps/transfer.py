"""The customer moves (asesor comercial): the service is transferred, else the baja is taken."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.orders import actions as orders
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.retention import answers, options, promises
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepResult, StepRun, step


class TransferForm(answers.AnswerForm):
    address = forms.CharField(
        label=_("New address"), required=False, max_length=200, help_text=_("Where the service moves to.")
    )
    field_order = ("address", "answer", "firm_no")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("answer") == Offer.Answer.ACCEPTED and not cleaned.get("address"):
            self.add_error("address", _("Write the new address."))
        return cleaned

    def read_back(self) -> ReadBack:
        if not self.is_bound or self.errors or self.cleaned_data.get("answer") != Offer.Answer.ACCEPTED:
            return ReadBack()
        said = promises.sentence(Promise.Kind.TRANSFER, promised(self.case, self.cleaned_data["address"]))
        most = self.policy.integer("visit.transfer_days")
        days = ngettext("At the latest in %(days)d day.", "At the latest in %(days)d days.", most) % {"days": most}
        return ReadBack((said, days))


def promised(case: RetentionCase, address: str) -> dict[str, Any]:
    """What the sentence of the promise is filled with."""
    return {"product": ", ".join(map(str, alive_products(case))), "address": address}


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {"options": options.panel(case, item, policy), "offers": options.so_far(case)}


@step(
    "transfer",
    title=_("Offer the transfer of the service"),
    sources=("11",),
    help=_("A customer who moves is offered the transfer of the service; otherwise the termination is taken."),
    form=TransferForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the offer; where accepted, one transfer order per product."""
    products = alive_products(run.case)
    offers = [
        answers.offer(run, kind=Offer.Kind.TRANSFER, product=product, details={"address": run.data["address"]})
        for product in products
    ]
    Offer.objects.bulk_create(offers)
    if run.data["answer"] == Offer.Answer.ACCEPTED:
        for product in products:
            orders.order_transfer(
                customer=run.case.customer,
                product=product,
                details={"address": run.data["address"]},
                case_number=run.case.number,
                actor=run.actor,
            )
        promises.promise(
            run.case,
            Promise.Kind.TRANSFER,
            values=promised(run.case, run.data["address"]),
            role=Role.OPERATIONS_SUPERVISOR,
            due_at=clock.now() + dt.timedelta(days=run.policy.integer("visit.transfer_days")),
        )
    return answers.result(run, offers)
