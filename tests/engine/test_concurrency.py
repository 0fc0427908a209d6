"""Several people and several sweeps at once: one wins, the others are told; nothing happens twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from arraigo import clock
from arraigo.engine import actions
from arraigo.engine.errors import AlreadyCompleted, ItemCancelled, NotWaiting
from arraigo.engine.models import Wait, WorkItem
from arraigo.people.models import User
from tests.engine.runs import NOON, did, item, standing, started

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOON + dt.timedelta(days=2)


def together(work: list[Callable[[], Any]]) -> list[Any]:
    """The results, or the refusals, of all of `work`, begun at the same moment."""
    barrier = Barrier(len(work))

    def one(task: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=20)
            with clock.at(LATER), transaction.atomic():
                return task()
        except (AlreadyCompleted, ItemCancelled, NotWaiting) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


@pytest.fixture
def people() -> list[User]:
    return [User.objects.create_user(username=name, first_name=name) for name in ("Ana", "Beto", "Caro", "Dani")]


def test_of_several_people_one_wins_and_the_others_are_told(people: list[User]) -> None:
    with clock.at(NOON):
        run = started()
    chosen = item(run, "measure").pk
    results = together([lambda who=who: actions.complete(chosen, actor=who, facts={"amount": 1}) for who in people])
    winners = [each for each in results if isinstance(each, actions.Advance)]
    told = [each for each in results if isinstance(each, AlreadyCompleted)]
    assert (len(winners), len(told)) == (1, 3)
    winner = WorkItem.objects.get(pk=chosen).completed_by
    assert {(each.who, each.when) for each in told} == {(str(winner), LATER)}
    assert WorkItem.objects.filter(instance=run, element="do_it").count() == 1


def test_a_step_and_a_closing_at_once_leave_one_truth(people: list[User]) -> None:
    for _ in range(8):
        with clock.at(NOON):
            run = started()
        chosen = item(run, "measure").pk
        results = together(
            [
                lambda chosen=chosen: actions.complete(chosen, actor=people[0], facts={"amount": 500}),
                lambda run=run: actions.correlate(run.pk, "stop", facts={}),
            ]
        )
        run.refresh_from_db()
        assert (run.outcome, standing(run)) == ("stopped", [])
        done = WorkItem.objects.get(pk=chosen)
        expected = ItemCancelled if done.status == WorkItem.Status.CANCELLED else actions.Advance
        assert isinstance(results[0], expected)


def test_sweeps_on_several_nodes_do_nothing_twice(people: list[User]) -> None:
    with clock.at(NOON):
        runs = [started() for _ in range(12)]
        for run in runs:
            did(run, "measure", people[0], amount=1)

    def sweep() -> list[int]:
        woken, after = [], 0
        while True:
            with transaction.atomic():
                instance = actions.claim_due(after=after)
                if instance is None:
                    return woken
                after = instance.pk
                if actions.wake(instance).opened:
                    woken.append(instance.pk)

    def node() -> list[int]:
        with clock.at(LATER):
            barrier.wait(timeout=20)
            try:
                return sweep()
            finally:
                connection.close()

    barrier = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(node) for _ in range(4)]]
    assert Counter(pk for woken in found for pk in woken) == Counter(run.pk for run in runs)
    assert WorkItem.objects.filter(element="check").count() == len(runs)
    assert not Wait.objects.filter(element="wait_check", ended_at=None).exists()


def test_plain_wakes_of_one_run_at_once_open_one_item(people: list[User]) -> None:
    with clock.at(NOON):
        run = started()
        did(run, "measure", people[0], amount=1)
    results = together([lambda: actions.wake(run.pk) for _ in range(4)])
    assert sorted(len(each.opened) for each in results) == [0, 0, 0, 1]
