"""After a firm "no": how many minutes and offers the policy still allows, and how many there were (I.f, 11).

Leaving is never obstructed: the meter is shown on every page of the case, the table `further_offer` reads
the same two figures, and both are kept in the case's history.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.engine import actions as engine
from arraigo.eventlog import actions as eventlog
from arraigo.people.models import User
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.retention.errors import CaseClosed
from arraigo.retention.models import RetentionCase

MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Meter:
    """What has gone by since the firm "no", beside what the policy allows."""

    said_at: dt.datetime
    ended_at: dt.datetime | None
    minutes: int
    minutes_limit: int
    offers: int
    offers_limit: int

    @property
    def is_over(self) -> bool:
        """Nothing more may be offered: the baja is registered. An accepted offer has ended the firm "no"."""
        return self.ended_at is None and (self.minutes >= self.minutes_limit or self.offers >= self.offers_limit)


def meter(case: RetentionCase, policy: Policy) -> Meter | None:
    """The meter of a case; None while nobody said a firm "no". No query."""
    if case.firm_no_at is None:
        return None
    return Meter(
        case.firm_no_at,
        case.firm_no_ended_at,
        minutes_since(case),
        policy.integer("retention.minutes_after_firm_no"),
        int(case.instance.facts.get("offers_after_firm_no", 0)),
        policy.integer("retention.offers_after_firm_no"),
    )


def minutes_since(case: RetentionCase) -> int:
    """Whole minutes from the firm "no" to its end, else to the case's, else to now; 0 where there was none."""
    if case.firm_no_at is None:
        return 0
    return ((case.firm_no_ended_at or case.closed_at or clock.now()) - case.firm_no_at) // MINUTE


def facts(case: RetentionCase, before: Mapping[str, Any], *, said_now: bool) -> dict[str, Any]:
    """What the table `further_offer` asks after an offer was refused: the firm "no", and what followed it."""
    said_before = stands(case)
    offers = int(before.get("offers_after_firm_no", 0)) if said_before else 0
    return {
        "firm_no": said_before or said_now,
        "offers_after_firm_no": offers + said_before,
        "minutes_after_firm_no": minutes_since(case) if said_before else 0,
    }


def stands(case: RetentionCase) -> bool:
    """Whether a firm "no" was said in this conversation: one that an accepted offer ended is answered."""
    return case.firm_no_at is not None and case.firm_no_ended_at is None


def time_is_over(case: RetentionCase, policy: Policy) -> bool:
    """Whether the minutes that the policy allows after a firm "no" have gone by: nothing more is offered."""
    return stands(case) and minutes_since(case) >= policy.integer("retention.minutes_after_firm_no")


@transaction.atomic
@eventlog.together()
def say(case_id: int, *, actor: User) -> RetentionCase:
    """The customer said a firm "no", at whatever point of the conversation. Saying it twice changes nothing;
    said again after an offer was accepted all the same, the meter begins anew.

    Raises CaseClosed.
    """
    instance = engine.lock(RetentionCase.objects.only("instance_id").get(pk=case_id).instance_id)
    case = RetentionCase.objects.get(instance=instance)
    if case.closed_at:
        raise CaseClosed(case.number)
    if not stands(case):
        case.firm_no_at, case.firm_no_ended_at = clock.now(), None
        case.save(update_fields=["firm_no_at", "firm_no_ended_at"])
        instance.facts["offers_after_firm_no"] = 0
        instance.save(update_fields=["facts"])
        eventlog.record(
            "case.firm_no", case, actor=actor, case_number=case.number, version=procedures.label(instance),
            data=told(case, ["firm_no_at"]),
        )  # fmt: skip
    return case


def settle(case: RetentionCase, outcome: Mapping[str, Any], *, over: bool) -> list[str]:
    """Begin the meter with the answer that was a firm "no", and end it where the conversation is `over`.

    The fields of the case that changed (not saved).
    """
    changed = []
    if outcome.get("firm_no") and not stands(case):
        case.firm_no_at, case.firm_no_ended_at = clock.now(), None
        changed += ["firm_no_at", "firm_no_ended_at"]
    return changed + leave_behind(case, clock.now()) if over else changed


def leave_behind(case: RetentionCase, ended_at: dt.datetime) -> list[str]:
    """End a meter that still runs with the conversation in which it began: at `ended_at`, but not before it began,
    since the clocks of two servers may differ by a little.

    The field of the case that changed (not saved).
    """
    if case.firm_no_at is None or not stands(case):
        return []
    case.firm_no_ended_at = max(ended_at, case.firm_no_at)
    return ["firm_no_ended_at"]


def told(case: RetentionCase, changed: Sequence[str]) -> dict[str, Any]:
    """What the history keeps of a meter whose fields `changed` began or ended it, as JSON."""
    if not changed:
        return {}
    moments = {"said_at": case.firm_no_at, "ended_at": case.firm_no_ended_at}
    kept: dict[str, Any] = {name: moment.isoformat() for name, moment in moments.items() if moment}
    if case.firm_no_ended_at:
        kept |= {"minutes": minutes_since(case), "offers": case.instance.facts.get("offers_after_firm_no", 0)}
    return {"meter": kept}
