"""Reading evaluations, reviews and judgements."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F, QuerySet

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.eventlog.papers import PaperChanged
from arraigo.insight import sets
from arraigo.insight.figures import MonthFigures, headline
from arraigo.insight.figures import month_figures as figures_of
from arraigo.insight.models import Evaluation, IndicatorReview, Judgement
from arraigo.insight.signed_counts import Asked, Compared, compared
from arraigo.network.models import Zone
from arraigo.people.models import Unit
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.tickets.models import TroubleTicket

SIGNED, REVIEWED = "evaluation.signed", "indicator.reviewed"
PAPERLESS = ("pdf",)
"""What no page needs of an evaluation but its own paper."""


def month_figures(month: dt.date, *by: str) -> MonthFigures:
    """The month's figures under the current version, as they are now, broken down `by` some dimensions, or by all.

    Raises MonthOutOfReach.
    """
    return figures_of(month, procedures.current_policy(), *by)


def headline_now(month: dt.date, version: str = "") -> dict[str, int]:
    """The month's figures that a signed evaluation is compared by, as the records give them now.

    By the policy of the `version` that it was signed with, else by the current one.
    """
    return headline(month, procedures.policy_named(version) if version else procedures.current_policy())


def policy_of_month(month: dt.date) -> Policy:
    """The policy that the month's figures follow: as it was signed with, else the current one."""
    kept = Evaluation.objects.filter(month=month).values_list("figures__version", flat=True).first()
    return procedures.policy_named(kept) if kept else procedures.current_policy()


def as_signed_and_now(evaluation: Evaluation, asked: Asked) -> Compared | None:
    """A figure of the signed evaluation beside what the records give now; None where that cannot be told."""
    try:
        figures = signed_figures(evaluation)
    except PaperChanged:
        return None
    if figures is None:
        return None
    return compared(figures, evaluation.month, procedures.policy_named(figures.version), asked)


def signed_figures(evaluation: Evaluation) -> MonthFigures | None:
    """The figures as they were signed; None for an evaluation signed before figures had this form.

    Raises PaperChanged where figures or words are not those whose digest the event of the signature has.
    """
    if not _row_whole(evaluation, _digests(evaluation.pk).get(evaluation.pk)):
        raise PaperChanged(f"{evaluation.month:%m/%Y}")
    return _figures(evaluation)


def _figures(evaluation: Evaluation) -> MonthFigures | None:
    return MonthFigures.model_validate(evaluation.figures) if "counts" in evaluation.figures else None


def evaluations() -> QuerySet[Evaluation]:
    """The signed months, the latest first, without their papers."""
    return Evaluation.objects.defer(*PAPERLESS).select_related("signed_by").order_by("-month")


@dataclass(frozen=True)
class SignedMonth:
    """A signed evaluation with its figures; None where those are not as they were signed."""

    evaluation: Evaluation
    figures: MonthFigures | None


def signed_months(evaluations: Iterable[Evaluation]) -> list[SignedMonth]:
    """Each of the evaluations with its figures. One query."""
    digests = _digests()
    return [
        SignedMonth(each, _figures(each) if _row_whole(each, digests.get(each.pk)) else None) for each in evaluations
    ]


def evaluation_of(month: dt.date) -> Evaluation | None:
    return Evaluation.objects.defer(*PAPERLESS).select_related("signed_by").filter(month=month).first()


def paper_of(month: dt.date) -> bytes | None:
    """The signed evaluation of the month as it was kept: PDF; None where there is none.

    Raises PaperChanged where its bytes are not those whose digest the event of the signature has.
    """
    kept = Evaluation.objects.filter(month=month).exclude(pdf=b"").values_list("pk", "pdf").first()
    if kept is None:
        return None
    pk, pdf = kept[0], bytes(kept[1])
    if not _paper_whole(pdf, _digests(pk).get(pk)):
        raise PaperChanged(f"{month:%m/%Y}")
    return pdf


def papers() -> Iterator[tuple[str, bool]]:
    """The kept evaluations, and those that were signed and are gone: name, and whether each is as it was signed."""
    digests = _digests()
    for kept in Evaluation.objects.exclude(pdf=b"").order_by("month").iterator(chunk_size=12):
        told = digests.pop(kept.pk, None)
        yield f"{kept.month:%m/%Y}", _paper_whole(bytes(kept.pdf), told) and _row_whole(kept, told)
    for gone in digests:
        yield f"{SIGNED} {gone}", False
    yield from _reviews()


def _reviews() -> Iterator[tuple[str, bool]]:
    """The reviews as `papers` gives them; what was recorded before their digest was sealed counts as whole."""
    recorded = dict(Event.objects.filter(kind=REVIEWED).values_list("subject_id", "data__row_sha256"))
    for kept in IndicatorReview.objects.order_by("month", "role"):
        unknown = kept.pk not in recorded
        yield str(kept), not unknown and recorded.pop(kept.pk) in (None, kept.digest())
    for gone in recorded:
        yield f"{REVIEWED} {gone}", False


def _paper_whole(pdf: bytes, told: dict[str, str] | None) -> bool:
    return told is not None and told["pdf_sha256"] == hashlib.sha256(pdf).hexdigest()


def _row_whole(evaluation: Evaluation, told: dict[str, str] | None) -> bool:
    """Whether figures and words are as signed; what was signed before their digest was sealed counts as whole."""
    return told is None or "row_sha256" not in told or told["row_sha256"] == evaluation.digest()


def _digests(*keys: int) -> dict[int | None, dict[str, str]]:
    """Evaluation → the digests of its paper and of its row, as the event of its signature has them; of all or some."""
    signed = Event.objects.filter(kind=SIGNED, subject_type="evaluation", data__has_key="pdf_sha256")
    found = signed.filter(subject_id__in=keys) if keys else signed
    return dict(found.values_list("subject_id", "data"))


def reviews_of(month: dt.date) -> list[IndicatorReview]:
    return list(IndicatorReview.objects.select_related("by").filter(month=month).order_by("role"))


def due_month() -> dt.date:
    """The month that is to be signed next: the one after the last signed, else the last finished one."""
    last = Evaluation.objects.order_by("-month").values_list("month", flat=True).first()
    return clock.next_month(last) if last else clock.previous_month(clock.today())


def late_faults(month: dt.date) -> QuerySet[Judgement]:
    """Judgements of the month that called a case saved, though by now a fault ticket within it says otherwise.

    Such a ticket came in after the judgement, with a file. Each has the ticket's number as `late`.
    """
    span = sets.span(month)
    late = Judgement.objects.filter(
        **span.holds("at"),
        saved=True,
        case__products__tickets__type=TroubleTicket.Type.FAULT,
        case__products__tickets__opened_at__gt=F("since"),
        case__products__tickets__opened_at__lte=F("at"),
        # Of this very ticket: `exclude` would ask about every ticket that the products ever had.
        case__products__tickets__status__in=set(TroubleTicket.Status) - set(TroubleTicket.NOT_COUNTABLE),
    )
    return late.annotate(late=F("case__products__tickets__number")).select_related("case").order_by("at", "late")


def name_of(by: str, key: str) -> str:
    """The name of a unit or zone that a figure is broken down by; "" for other dimensions and unknown keys."""
    places: dict[str, type[Unit] | type[Zone]] = {"team": Unit, "center": Unit, "zone": Zone}
    found = places[by].objects.filter(pk=key).first() if by in places and key else None
    return str(found or "")
