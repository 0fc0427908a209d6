"""What customers did after a courtesy of theirs had ended: left, asked to leave again, or stayed (step 14)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from arraigo.compiled import compiled
from arraigo.products.models import Courtesy, Product
from arraigo.retention.models import RetentionCase
from arraigo.terminations.models import Termination

LEFT, ASKED, STAYED = "left", "asked", "stayed"


@dataclass(frozen=True)
class Aftermath:
    """The courtesies of one kind that ended in a span of time, and what their customers did since."""

    kind: str
    ended: int
    left: int
    """The product's baja was asked for since the courtesy began, and not withdrawn, or the product has ended since."""
    asked: int
    """Another case was opened at the customer's wish after the end, without such a baja."""

    @property
    def stayed(self) -> int:
        return self.ended - self.left - self.asked


def told(courtesies: QuerySet[Courtesy]) -> QuerySet[Courtesy]:
    """The courtesies, each with `afterwards`: left, asked or stayed; empty while it has not ended."""
    ended = Q(status=Courtesy.Status.ENDED)
    return courtesies.annotate(
        afterwards=Case(
            When(ended & (Exists(_bajas()) | _gone()), then=Value(LEFT)),
            When(ended & Exists(_cases()), then=Value(ASKED)),
            When(ended, then=Value(STAYED)),
            default=Value(""),
            output_field=CharField(),
        )
    )


@compiled
def of_case(case_number: str) -> QuerySet[Courtesy]:
    """The courtesies of a case, each with its product and `afterwards`."""
    return told(Courtesy.objects.filter(case_number=case_number)).select_related("product__offering")


def ended(begin: dt.datetime, end: dt.datetime, afterwards: str = "") -> QuerySet[Courtesy]:
    """The courtesies that ended from `begin` on and before `end`, where asked those whose customers did so since."""
    found = told(Courtesy.objects.filter(status=Courtesy.Status.ENDED, ended_at__gte=begin, ended_at__lt=end))
    return found.filter(Q(afterwards=afterwards)) if afterwards else found


def by_kind(begin: dt.datetime, end: dt.datetime) -> list[Aftermath]:
    """The courtesies that ended from `begin` on and before `end`, by kind. One query, true as of now."""
    return [Aftermath(**row) for row in _by_kind(begin, end)]


@compiled
def _by_kind(begin: dt.datetime, end: dt.datetime) -> QuerySet[Courtesy, dict[str, Any]]:
    counts = {name: Count("id", filter=Q(afterwards=name)) for name in (LEFT, ASKED)}
    rows: Any = ended(begin, end).values("kind").annotate(ended=Count("id"), **counts)
    found: QuerySet[Courtesy, dict[str, Any]] = rows.order_by("kind")
    return found


def _bajas() -> QuerySet[Termination]:
    return Termination.objects.filter(
        product=OuterRef("product"), requested_at__gte=OuterRef("starts_at"), withdrawn_at=None
    )


def _gone() -> Q:
    """The product ended since: by hand, for arrears, or told by a file without its request."""
    return Q(product__status=Product.Status.TERMINATED, product__ended_on__gte=F("starts_at__date"))


def _cases() -> QuerySet[RetentionCase]:
    return RetentionCase.objects.filter(
        customer=OuterRef("product__customer"), opened_at__gte=OuterRef("ended_at"), proactive=False
    )
