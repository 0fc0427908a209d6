"""Which step file carries out which element of the diagram.

A step file registers one function with `@step(...)`: the form the step asks for, the evidence its
page shows, and what it does. Everything else about the step (who, when, which way) is in the
procedure's files.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention.choosing import say_choose
from arraigo.retention.models import RetentionCase
from arraigo.retention.readback import ReadBack
from arraigo.retention.sources import Sourced

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class StepRun:
    """One carrying out of a step: what its function works on."""

    case: RetentionCase
    item: WorkItem
    actor: User
    form: "StepForm"
    policy: Policy

    @property
    def data(self) -> dict[str, Any]:
        """What was filled in, clean."""
        return self.form.cleaned_data


@dataclass(frozen=True)
class StepResult:
    """What a step leaves behind beside its records."""

    outcome: str
    """One word for trays and events: `accepted`, `refused`, `done` …"""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Scalars that the diagram's gateways, decisions and timers need."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """What the case's history should tell, as JSON."""


class StepForm(Sourced, forms.Form):
    """The form of a step. It knows the case, the work item, the policy and who fills it in."""

    is_whole = True
    """False where what was not reached yet is missing, and no mistake."""
    refreshes = ""
    """Template of what stands beside the form and changes while it is filled in; it is given `panel` of the form."""

    def __init__(
        self, case: RetentionCase, item: WorkItem, policy: Policy, actor: User, *args: Any, **kwargs: Any
    ) -> None:
        self.case, self.item, self.policy, self.actor = case, item, policy, actor
        super().__init__(*args, **kwargs)
        self.prepare()
        say_choose(self)

    def prepare(self) -> None:
        """Add or fill the fields that depend on the case."""

    def read_back(self) -> ReadBack:
        """What completing the step now would promise; empty while something is missing or nothing is promised."""
        return ReadBack()

    def remark(self) -> str:
        """What the person should know before the step is completed as it is filled in; mostly nothing."""
        return ""

    def typed_wrong(self) -> list[tuple[str, list[str]]]:
        """The labels of the fields in which something was typed that does not do, and why; what is empty is not yet a
        mistake."""
        return [(str(each.label), list(map(str, each.errors))) for each in self if each.errors and each.data]

    def reviewed(self) -> ReadBack:
        """`read_back`; nothing of a form that is put back before it was filled in."""
        return self.read_back() if self.is_whole else ReadBack()


Evidence = Callable[[RetentionCase, WorkItem, Policy, User], dict[str, Any]]
CarryOut = Callable[[StepRun], StepResult]


def no_evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class StepHandler:
    """A step file as the rest of the system sees it."""

    registered: ClassVar[dict[str, "StepHandler"]] = {}

    name: str
    """The step file's name, which is its template's too: `step_03_negotiation`."""
    title: "StrOrPromise"
    sources: tuple[str, ...]
    """Where the document speaks of the step: its own sentences are shown on the page."""
    help: "StrOrPromise"
    """What was settled where the document is silent; empty elsewhere."""
    elements: tuple[str, ...]
    form_class: type[StepForm]
    evidence: Evidence
    carry_out: CarryOut

    @property
    def template(self) -> str:
        return f"steps/{self.name}.html"


def step(
    *elements: str,
    title: "StrOrPromise",
    sources: tuple[str, ...],
    help: "StrOrPromise" = "",
    form: type[StepForm] = StepForm,
    evidence: Evidence = no_evidence,
) -> Callable[[CarryOut], CarryOut]:
    """Register the decorated function as what carries out the diagram's `elements`."""

    def register(carry_out: CarryOut) -> CarryOut:
        name = carry_out.__module__.rsplit(".", 1)[-1]
        handler = StepHandler(name, title, sources, help, elements, form, evidence, carry_out)
        for element in elements:
            if element in StepHandler.registered:
                raise ValueError(f"Two step files carry out {element!r}.")
            StepHandler.registered[element] = handler
        return carry_out

    return register


@cache
def _load() -> dict[str, StepHandler]:
    from arraigo.retention import steps

    for module in pkgutil.iter_modules(steps.__path__):
        importlib.import_module(f"{steps.__name__}.{module.name}")
    return StepHandler.registered


def handler(element: str) -> StepHandler:
    """The step file of the diagram's `element`; KeyError where there is none."""
    return _load()[element]


def elements() -> set[str]:
    """The diagram elements that a step file carries out, step 15's message included."""
    return {*_load(), "step_15"}
