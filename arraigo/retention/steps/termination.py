"""The baja (asesor comercial): number, date, time, receipt, what to return and by when."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.products.fields import ProductsField
from arraigo.products.models import Product
from arraigo.products.queries import alive_products as customers_products
from arraigo.retention import options, receipts
from arraigo.retention.models import RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.terminations import actions as terminations
from arraigo.terminations import queries
from arraigo.terminations.models import Termination


class TerminationForm(StepForm):
    sources = {"products": ("I.f:1",)}
    products = ProductsField(
        label=_("Products that the customer leaves"),
        help_text=_("Those of the case are ticked; tick the others that the customer leaves too."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=Termination.Reason.choices)
    return_items = forms.CharField(
        label=_("What the customer returns"),
        help_text=_("One in each line: modem, decoder, remote control."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=1000,
    )

    def prepare(self) -> None:
        alive = alive_products(self.case)
        choice: Any = self.fields["products"]
        choice.initial = [product.pk for product in alive]
        choice.queryset = customers_products(self.case.customer)
        known = map(receipts.registered_before, queries.open_terminations(alive))
        choice.help_text = " ".join([str(choice.help_text), *known])
        self.fields["reason"].initial = self.case.reason
        self.fields["return_items"].initial = "\n".join(usually_returned(alive, self.policy))

    def clean_products(self) -> Any:
        chosen, own = self.cleaned_data["products"], alive_products(self.case)
        if own and not set(own) & set(chosen):
            told = {"products": ", ".join(map(str, own))}
            raise forms.ValidationError(_("Tick a product of the case, too: %(products)s.") % told)
        return chosen

    def read_back(self) -> ReadBack:
        """What the customer takes home: the products, and what to return by when."""
        if self.is_bound and self.errors:
            return ReadBack()
        products = self.cleaned_data["products"] if self.is_bound else alive_products(self.case)
        known = queries.open_terminations(products)
        stand = tuple(map(receipts.registered_before, known))
        leaving = {each.product_id for each in known}
        products = [product for product in products if product.pk not in leaving]
        if not products:
            return ReadBack(stand)
        listed = self.cleaned_data["return_items"] if self.is_bound else self.fields["return_items"].initial
        told = {
            "products": ", ".join(map(str, products)),
            "day": f"{return_by(self.policy):%d/%m/%Y}",
            "items": ", ".join(receipts.lines(listed)),
        }
        registered = _("The termination of %(products)s is registered today, with its number and its receipt.") % told
        back = _("Until %(day)s please return: %(items)s.") % told
        return ReadBack((*stand, str(registered), *([str(back)] if told["items"] else [])))


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {
        "offers": options.so_far(case),
        "return_by": return_by(policy),
    }


def usually_returned(products: Iterable[Product], policy: Policy) -> list[str]:
    """The equipment that comes with the services of the products, each once.

    Versions of the procedure from before it was told by service have one list for all.
    """
    listed = policy.value("termination.return_items")
    if isinstance(listed, list):
        return listed
    return list(dict.fromkeys(item for product in products for item in listed.get(product.offering.service, [])))


def return_by(policy: Policy) -> dt.date:
    return clock.today() + dt.timedelta(days=policy.integer("termination.return_days"))


@step(
    "termination",
    title=_("Register the termination and hand over the receipt"),
    sources=("I.f:1",),
    help=_(
        "Leaving is never obstructed: the termination is registered with number, date, time and receipt, "
        "what to return and by when."
    ),
    form=TerminationForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Register one termination per product under one receipt; debt never blocks it.

    Nor does a termination that was registered elsewhere: it stands, and the case goes on with it.
    """
    known = queries.open_terminations(run.data["products"])
    leaving = {each.product_id for each in known}
    wanted = [product for product in run.data["products"] if product.pk not in leaving]
    rows = _register(run, wanted) if wanted else []
    receipt = receipts.for_termination(run.case, rows, known, actor=run.actor)
    numbers = [row.number for row in (*rows, *known)]
    return StepResult("registered", {}, {"receipt": receipt.number, "terminations": numbers})


def _register(run: StepRun, products: list[Product]) -> list[Termination]:
    return terminations.request_termination(
        products,
        reason=run.data["reason"],
        case_number=run.case.number,
        return_items=receipts.lines(run.data["return_items"]),
        return_by=return_by(run.policy),
        actor=run.actor,
    )
