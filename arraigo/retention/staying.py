"""A customer who was leaving stays after all, before the baja is registered."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from arraigo import clock
from arraigo.engine.models import Wait, WorkItem
from arraigo.retention.models import RetentionCase

REVIEWED = ("repeat_fault", "override_granted")
"""The facts by which the diagram knows that the background and the faults were reviewed already (1, 2)."""
WITHDRAWN = gettext_noop("the customer withdrew the request to leave")


class StayReason(models.TextChoices):
    """Why somebody who was leaving wants to stay."""

    OFFER = "stay_offer", _("Wants to hear our offer, or takes it now")
    COMPETITOR = "stay_competitor", _("The competitor's offer is not what it seemed")
    SOLVED = "stay_solved", _("The service works again")
    CIRCUMSTANCES = "stay_circumstances", _("Circumstances changed: no move, somebody else uses it")
    OTHER = "stay_other", _("Another reason")


def is_possible(case: RetentionCase) -> bool:
    """Whether the case waits for it: its baja is to be registered, under a version that knows the way back."""
    return Wait.objects.filter(instance=case.instance_id, message="stays", ended_at=None).exists()


def is_fresh(case: RetentionCase) -> bool:
    """Whether what steps 1 and 2 found is of today: faults and debts of another day are looked at anew."""
    return case.reviews.filter(at__gte=clock.start_of_day(clock.today())).exists()


def goes_on(case: RetentionCase) -> bool:
    """Whether the conversation is still that of today: something was offered in it, or a firm "no" said."""
    today = clock.start_of_day(clock.today())
    said_today = case.firm_no_at is not None and case.firm_no_at >= today
    return said_today or case.offers.filter(offered_at__gte=today).exists()


def left_at(case: RetentionCase) -> dt.datetime:
    """When the conversation before ended: the baja was to be registered."""
    leaves = WorkItem.objects.filter(instance=case.instance_id, element="termination", status=WorkItem.Status.OPEN)
    return leaves.values_list("created_at", flat=True).first() or clock.now()


def because(why: str, words: str) -> str:
    """Why a case ends whose customer stays as things are: the request is withdrawn, `why`, and the words for it."""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{translation.gettext(WITHDRAWN)}. {StayReason(why).label}: «{words.strip().rstrip('.')}»"
