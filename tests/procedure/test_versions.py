"""Versions: the same files are the same version, other files the next; none ever changes."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from arraigo import clock
from arraigo.engine import actions as engine
from arraigo.engine.models import Definition
from arraigo.eventlog.models import Event
from arraigo.people.models import User
from arraigo.procedure import actions, policy, queries
from arraigo.procedure.errors import FileUnreadable, NoProcedure, ProcedureInvalid
from arraigo.procedure.models import ProcedureVersion
from tests.engine.runs import NOON, SMALL, SMALL_STEPS, real, small

pytestmark = pytest.mark.django_db
OTHER = small().policy.replace("100.10", "200.20")


@pytest.fixture(autouse=True)
def noon():
    # Rolled-back tests use the same ids again for other versions.
    queries.policy_of.cache_clear()
    with clock.at(NOON):
        yield
    queries.policy_of.cache_clear()


def published(files: actions.ProcedureFiles | None = None, by: User | None = None) -> ProcedureVersion:
    return actions.publish(files or small(), steps=SMALL_STEPS, by=by)


def test_the_first_version_is_number_one_and_current() -> None:
    rosa = User.objects.create_user(username="rosa")
    version = published(by=rosa)
    assert str(version) == "SMALL v1"
    assert queries.current_version() == version
    assert (version.title, version.document_date, version.published_by) == (
        "A small procedure", "March 2026", rosa,
    )  # fmt: skip
    event = Event.objects.get(kind="procedure.published")
    assert (event.actor, event.version, event.data) == (
        rosa,
        "SMALL v1",
        {"sha256": version.definition.sha256},
    )


def test_the_same_files_are_the_same_version() -> None:
    assert published() == published()
    assert Event.objects.count() == 1


def test_other_facts_are_another_version() -> None:
    first = published()
    second = published(replace(small(), facts={**small().facts, "mood": "str"}))
    assert first.definition.sha256 != second.definition.sha256
    assert str(second) == "SMALL v2"


def test_other_files_are_the_next_version_and_the_old_one_stays() -> None:
    first = published()
    with transaction.atomic():
        run = engine.start(first.definition, key="RUN-1", facts={}, at=NOON).instance
    second = published(replace(small(), policy=OTHER))
    assert (str(second), queries.current_version()) == ("SMALL v2", second)
    assert queries.label(run) == "SMALL v1"
    assert queries.policy_of(run.definition_id).money("limits.big") == Decimal("100.10")
    assert queries.current_policy().money("limits.big") == Decimal("200.20")


def test_an_earlier_version_can_become_current_again() -> None:
    first = published()
    published(replace(small(), policy=OTHER))
    assert published() == first
    assert queries.current_version() == first
    assert Definition.objects.count() == 2
    assert Event.objects.filter(kind="procedure.reinstated", version="SMALL v1").count() == 1


def test_files_with_faults_are_not_published() -> None:
    with pytest.raises(ProcedureInvalid) as caught:
        published(replace(small(), decisions={}))
    assert [problem.element for problem in caught.value.problems] == ["rule_size"]
    assert not Definition.objects.exists()
    with pytest.raises(NoProcedure):
        queries.current_version()


def test_policy_values_keep_their_source_and_exact_amounts() -> None:
    found = queries.policy_of(published().pk)
    assert found.value("limits.big") == Decimal("100.10")
    assert found.value("limits") == {"big": Decimal("100.10"), "words": ["one", "two"]}
    assert found.value("limits.none", 3) == 3
    with pytest.raises(KeyError, match=r"limits\.none"):
        found.value("limits.none")
    assert [(each.path, each.step, each.supposed) for each in found.entries] == [
        ("limits.big", "1", True),
        ("limits.words", "2", False),
    ]
    decision = found.decide("size", {"amount": 100.11})
    assert (decision.outputs, decision.rule) == ({"size": "big"}, "size_big")


def test_every_real_value_has_a_reason_and_a_step() -> None:
    entries = list(policy.entries(real().policy))
    assert len(entries) > 60
    assert [each.path for each in entries if not each.reason or not each.step] == []


@pytest.mark.parametrize("name", ["procedure.bpmn", "policy.toml", "facts.toml", "document.toml"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    for path in SMALL.glob("*.*"):
        if path.name != name:
            (tmp_path / path.name).write_text(path.read_text())
    with pytest.raises(FileUnreadable, match=name):
        actions.read(tmp_path)


def told(*command: object) -> str:
    output = StringIO()
    call_command(*command, stdout=output)
    return output.getvalue().strip()


@override_settings(LANGUAGE_CODE="en", STEP_REGISTRY="tests.engine.runs.small_steps")
def test_the_command_publishes_once() -> None:
    assert told("load-procedure", SMALL) == "Published SMALL v1; new cases obey it."
    assert told("load-procedure", SMALL) == "SMALL v1 is current: nothing to publish."


@override_settings(LANGUAGE_CODE="en", STEP_REGISTRY="tests.engine.runs.small_steps")
def test_the_command_checks_a_folder(tmp_path: Path) -> None:
    assert told("check-procedure", SMALL) == "No problems."
    for path in SMALL.glob("*.*"):
        (tmp_path / path.name).write_text(path.read_text())
    output = StringIO()
    with pytest.raises(CommandError, match="1 problem"):
        call_command("check-procedure", tmp_path, stdout=output)
    assert output.getvalue().strip() == "“rule_size” asks the decision “size”, which is missing."


def test_the_real_procedure_is_published_by_default() -> None:
    told("load-procedure")
    assert str(queries.current_version()) == "OPE-ASE-FID-P01 v1"
