"""What is done at a desk: noting calls and making them, handing cases over, keeping what was typed."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction

from arraigo import clock
from arraigo.desk import queries
from arraigo.desk.errors import CallbackDone, CallbackFar, CallbackPast, CaseOver, NotOfTheTeam
from arraigo.desk.models import Callback, Draft, Presence
from arraigo.engine import actions as engine
from arraigo.engine.models import WorkItem
from arraigo.eventlog import actions as eventlog
from arraigo.messages import actions as messages
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.records import key_of
from arraigo.retention.errors import NoTeam
from arraigo.retention.models import RetentionCase

BATCH = 200
FARTHEST = dt.timedelta(days=366)
"""How far ahead a call may be agreed on: what lies beyond is a slip of the pen, and no tray would ever show it."""
DRAFT_DAYS = dt.timedelta(days=14)
"""How long what was typed is kept."""


@transaction.atomic
def note_callback(case: RetentionCase, *, due_at: dt.datetime, note: str, actor: User) -> Callback:
    """Note that the customer of `case` is called back at `due_at`. Raises CallbackPast, CallbackFar, and CaseOver where
    nobody is called any more (`queries.OVER`): no tray would show it."""
    now = clock.now()
    if due_at <= now:
        raise CallbackPast
    if due_at > now + FARTHEST:
        raise CallbackFar
    if RetentionCase.objects.filter(pk=case.pk, outcome__in=queries.OVER).exists():
        raise CaseOver(case.number)
    return _note(case, due_at, note.strip(), Callback.Cause.AGREED, person=actor, actor=actor)


def _note(
    case: RetentionCase, due_at: dt.datetime, note: str, cause: str, *, person: User, actor: User | None
) -> Callback:
    noted = Callback.objects.create(
        case=case, cause=cause, due_at=due_at, note=note, person=person, noted_at=clock.now(), noted_by=actor
    )
    told = {"due_at": due_at.isoformat(), "cause": cause, "reason": note}
    eventlog.record("callback.noted", noted, actor=actor, case_number=case.number, data=told)
    return noted


def claim_was_refused(case: RetentionCase, *, number: str, reason: str, actor: User | None) -> Callback:
    """Billing refused a claim of the case: its owner has to tell the customer. Inside billing's transaction."""
    note = f"{number}: {reason}"
    return _note(case, clock.now(), note, Callback.Cause.CLAIM_REFUSED, person=case.owner, actor=actor)


@transaction.atomic
def finish_callback(callback: Callback | int, *, outcome: str, actor: User) -> Callback:
    """The call was made; `outcome` says what came of it. Raises CallbackDone."""
    held = Callback.objects.select_for_update(of=("self",)).select_related("case").get(pk=key_of(callback))
    if held.done_at is not None:
        raise CallbackDone(str(held.done_by))
    held.done_at, held.done_by, held.outcome = clock.now(), actor, outcome.strip()
    held.save(update_fields=["done_at", "done_by", "outcome"])
    eventlog.record(
        "callback.done", held, actor=actor, case_number=held.case.number, data={"reason": held.outcome}
    )  # fmt: skip
    return held


def remind() -> int:
    """Tell people of the calls that are due, each once; how many. Safe on several nodes at once."""
    return sum(iter(_remind_some, 0))


@transaction.atomic
def _remind_some() -> int:
    skip = connection.features.has_select_for_update_skip_locked
    due = queries.to_be_made().filter(told_at=None, due_at__lte=clock.now())
    due = due.select_for_update(skip_locked=skip, of=("self",))
    held = list(due.select_related("case__customer", "person").order_by("id")[:BATCH])
    for callback in held:
        told = {"customer": callback.case.customer.name, "reason": callback.note}
        messages.notify(callback.person, "callback.due", told, case_number=callback.case.number)
    Callback.objects.filter(pk__in=[callback.pk for callback in held]).update(told_at=clock.now())
    return len(held)


def hand_over(cases: Iterable[RetentionCase | int], *, to: User, actor: User) -> int:
    """Hand the cases to a colleague of their team with everything: open tasks, calls to make, drafts.

    One transaction a case; how many changed hands. Raises NotOfTheTeam.
    """
    return sum(_hand_over(key_of(case), to, actor) for case in cases)


@transaction.atomic
@eventlog.together()
def _hand_over(case_id: int, to: User, actor: User) -> bool:
    instance = engine.lock(RetentionCase.objects.only("instance_id").get(pk=case_id).instance_id)
    case = RetentionCase.objects.select_related("owner").get(pk=case_id)
    if not people.staff_of(case.team_id, Role.ADVISOR).filter(pk=to.pk).exists():
        raise NotOfTheTeam(str(to))
    before = case.owner
    if before == to:
        return False
    case.owner = to
    case.save(update_fields=["owner"])
    WorkItem.objects.filter(
        instance=instance, status=WorkItem.Status.OPEN, role=Role.ADVISOR, assignee=before
    ).update(assignee=to)  # fmt: skip
    Callback.objects.filter(case=case, done_at=None, person=before).update(person=to)
    theirs = Draft.objects.filter(user=to, page__startswith=f"/cases/{case.number}/").values("page")
    drafts = Draft.objects.filter(user=before, page__startswith=f"/cases/{case.number}/")
    drafts.exclude(page__in=list(theirs.values_list("page", flat=True))).update(user=to)
    eventlog.record(
        "case.handed_over", case, actor=actor, case_number=case.number, data={"from": str(before), "to": str(to)}
    )
    if to != actor:
        messages.notify(to, "case.handed_over", {"from": str(before)}, case_number=case.number)
    return True


@transaction.atomic
@eventlog.together()
def take_over(case_id: int, *, actor: User) -> bool:
    """The customer of an open case came to `actor`: the case goes to the team of `actor`, with open tasks, decisions
    waited for and calls to make; whether it changed hands. Raises CaseOver, NoTeam.
    """
    instance = engine.lock(RetentionCase.objects.only("instance_id").get(pk=case_id).instance_id)
    case = RetentionCase.objects.select_related("owner", "team").get(pk=case_id)
    talks = actor.unit_as(Role.ADVISOR)
    team = talks or actor.unit_as(Role.TEAM_LEAD)
    if case.closed_at is not None:
        raise CaseOver(case.number)
    if team is None:
        raise NoTeam(str(actor))
    if case.team_id == team.pk:
        return False
    before, told = case.owner, {"from": f"{case.owner} · {case.team}", "to": f"{actor} · {team}"}
    case.owner, case.team = actor, team
    case.save(update_fields=["owner", "team"])
    steps = WorkItem.objects.filter(instance=instance)
    tasks = steps.filter(status=WorkItem.Status.OPEN)
    tasks.filter(role=Role.TEAM_LEAD).update(unit=team)  # what was decided stays with who decided it
    tasks.filter(role=Role.ADVISOR).update(assignee=actor if talks else None)
    steps.filter(role=Role.ADVISOR).update(unit=team)
    Callback.objects.filter(case=case, done_at=None).update(person=actor)
    eventlog.record("case.taken_over", case, actor=actor, case_number=case.number, data=told)
    messages.notify(before, "case.taken_over", {"to": told["to"]}, case_number=case.number)
    return True


# --- what was typed, and who is here: no events, nothing of the case changes ---------------------


def keep_draft(user: User, page: str, text: str) -> None:
    """Keep what was typed on `page`; an empty text forgets it."""
    if not text:
        drop_draft(user, page)
        return
    Draft.objects.bulk_create(
        [Draft(user=user, page=page, text=text, saved_at=clock.now())],
        update_conflicts=True, unique_fields=["user", "page"], update_fields=["text", "saved_at"],
    )  # fmt: skip


def drop_draft(user: User, page: str) -> None:
    """What was typed on `page` was sent, or is not wanted any more."""
    Draft.objects.filter(user=user, page=page).delete()


def here(user: User, place: str) -> None:
    """`user` has the page of `place` open now."""
    Presence.objects.bulk_create(
        [Presence(user=user, place=place, seen_at=clock.now())],
        update_conflicts=True, unique_fields=["user", "place"], update_fields=["seen_at"],
    )  # fmt: skip


def clear() -> int:
    """Forget old drafts and who has long left; how many rows."""
    now = clock.now()
    old, _by = Draft.objects.filter(saved_at__lt=now - DRAFT_DAYS).delete()
    gone, _by = Presence.objects.filter(seen_at__lt=now - dt.timedelta(hours=1)).delete()
    return old + gone
