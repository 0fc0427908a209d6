"""What billing may see: every billing claim, every termination."""

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404

from arraigo import clock
from arraigo.billing import queries
from arraigo.billing.models import BillingClaim, BillingCount, BillingRun
from arraigo.terminations import queries as terminations
from arraigo.terminations.models import Termination


def claim(number: str) -> BillingClaim:
    """The claim of that number; 404 where there is none."""
    found = BillingClaim.objects.filter(number=number).select_related("customer", "product__offering").first()
    if found is None:
        raise Http404
    return found


def month_to_open(month: dt.date) -> dt.date:
    """The present month, or one that the page offered or whose bills were opened here; 404 for any other."""
    present = clock.month_of(clock.now())
    if month != present and not any(of.objects.filter(month=month).exists() for of in (BillingCount, BillingRun)):
        raise Http404
    return month


def run(pk: int) -> BillingRun:
    """A run that opens or issues bills, over or not; 404 where there is none."""
    found = BillingRun.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def waiting() -> QuerySet[BillingClaim]:
    """The claims that wait for billing, with what a row shows."""
    return queries.waiting_claims().select_related("customer__zone", "product__offering", "entered_by")


def decided() -> QuerySet[BillingClaim]:
    """The claims decided by billing or by the limit, with what a row shows."""
    rows = BillingClaim.objects.filter(decided_at__isnull=False)
    return rows.select_related("customer__zone", "product__offering", "decided_by", "adjustment")


def open_terminations() -> QuerySet[Termination]:
    """The terminations to be executed, with what a row shows."""
    return terminations.waiting().select_related(*_ROW)


def executed_terminations() -> QuerySet[Termination]:
    """The terminations that were executed, with what a row shows."""
    return terminations.executed().select_related(*_ROW)


def termination(number: str) -> Termination:
    """The termination of that number, be it open or not; 404 where there is none."""
    found = Termination.objects.filter(number=number).select_related(*_ROW, "registered_by").first()
    if found is None:
        raise Http404
    return found


_ROW = ("customer__zone", "product__offering")
