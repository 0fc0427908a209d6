"""Reads of print batches, visits and signed papers."""

import hashlib
from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet

from arraigo.compiled import compiled, each_of
from arraigo.eventlog.models import Event
from arraigo.eventlog.papers import PaperChanged, digest
from arraigo.fieldwork import signed
from arraigo.fieldwork.models import Attachment, SignedPaper


@compiled
def papers_of_case(case_number: str) -> QuerySet[SignedPaper]:
    """The papers that the visits of a case left, oldest first."""
    return _papers(Q(visit__work_order__case_number=case_number))


def papers_of_order(work_order_id: int) -> QuerySet[SignedPaper]:
    """The papers of one order's visit, oldest first."""
    return _papers(Q(visit__work_order=work_order_id))


@compiled
def papers_of_orders(work_order_ids: Sequence[int]) -> QuerySet[SignedPaper]:
    """The papers of the visits of several orders, oldest first, each with its visit and no more."""
    papers = SignedPaper.objects.filter(visit__work_order__in=each_of(work_order_ids))
    return papers.select_related("visit").defer("contents").order_by("id")


def papers_of_order_number(number: str) -> QuerySet[SignedPaper]:
    """The papers of the visit of the order `number`, oldest first."""
    return _papers(Q(visit__work_order__number=number))


def _papers(condition: Q) -> QuerySet[SignedPaper]:
    # Pictures and contents stay in the database: a list of papers does not show them.
    return (
        SignedPaper.objects.filter(condition)
        .select_related("visit__work_order__customer", "visit__work_order__zone", "visit__technician")
        .defer("contents")
        .order_by("id")
    )


def paper_pdf(paper: SignedPaper) -> bytes:
    """A frozen paper as PDF. Raises PaperChanged where it is not what the event of its signature has the digest of."""
    if not _whole(paper, _digests(paper.visit_id)):
        raise PaperChanged(paper.number)
    return signed.pdf(paper)


def papers() -> Iterator[tuple[str, bool]]:
    """The frozen papers, and those that were signed and are gone: number, and whether each is as it was signed.

    What it says is held against the digest in the event, each of its pictures against the SHA-256 that it names.
    """
    digests, pictures = _digests(), _whole_pictures()
    for paper in SignedPaper.objects.exclude(contents=None).order_by("id").iterator(chunk_size=500):
        yield paper.number, _whole(paper, digests) and signed.pictures_of(paper.contents or {}) <= pictures
        digests.pop(paper.number, None)
    for number in digests:
        yield number, False


def _whole_pictures() -> set[str]:
    """The SHA-256 of every kept picture whose bytes still have it, each read once."""
    kept = Attachment.objects.values_list("sha256", "content").iterator(chunk_size=20)
    return {sha256 for sha256, content in kept if hashlib.sha256(bytes(content)).hexdigest() == sha256}


def _whole(paper: SignedPaper, digests: dict[str, str]) -> bool:
    return paper.contents is not None and digest(paper.contents) == digests.get(paper.number)


def _digests(visit_id: int | None = None) -> dict[str, str]:
    """Number of a paper → its digest, as the events of the signatures have it; of one visit or of all."""
    events = Event.objects.filter(kind__startswith="papers.", subject_type="visit", data__has_key="sha256")
    found = events if visit_id is None else events.filter(subject_id=visit_id)
    digests: dict[str, str] = {}
    for kept in found.order_by("id").values_list("data__sha256", flat=True):
        digests = kept | digests  # what was signed first counts
    return digests
