"""What the demo gives out obeys the rules of what comes in: brought in again, it changes nothing."""

from pathlib import Path

import pytest
from django.db import connection

from arraigo.imports import actions, exports, undo
from arraigo.imports.kinds import KINDS
from arraigo.imports.models import ImportRun
from arraigo.people.models import Membership, Unit
from tests.imports.test_round_trip import empty_the_database


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_the_demos_own_files_change_nothing(demo: dict[str, int], tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.csv"
    count = exports.export(kind, path)
    tally, _rejects = actions.import_file(kind, path)
    assert tally.rejects == []
    assert tally.counts() == {"accepted": 0, "updated": 0, "unchanged": count, "rejected": 0}


class Stopped(BaseException):
    """As if the process ended."""


def stops(done: int, lines: int) -> None:
    raise Stopped


@pytest.mark.django_db
@pytest.mark.one_database
def test_the_demos_own_files_come_into_an_empty_place_whatever_stops_them(
    demo: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind is cut off behind its first batch and goes on; then all are undone, the last one first.

    There are no operations centres either: the zones bring them.
    """
    counts = {kind: exports.export(kind, tmp_path / f"{kind}.csv") for kind in KINDS}
    assert all(counts.values()), counts
    empty_the_database()
    centers = Unit.objects.filter(kind=Unit.Kind.OPERATIONS_CENTER)
    Membership.objects.filter(unit__in=centers).delete()
    centers.delete()
    for kind, count in counts.items():
        monkeypatch.setattr(actions, "BATCH", count // 2 + 1)
        path = tmp_path / f"{kind}.csv"
        with pytest.raises(Stopped):
            actions.import_file(kind, path, create_missing=True, progress=stops)
        assert ImportRun.objects.latest("pk").accepted == count // 2 + 1, kind
        tally, _rejects = actions.import_file(kind, path, create_missing=True)
        assert tally.rejects == [], kind
        assert tally.counts() == {"accepted": count, "updated": 0, "unchanged": 0, "rejected": 0}, kind
    connection.check_constraints()
    runs = ImportRun.objects.order_by("-pk")
    assert [run.accepted for run in runs] == list(reversed(counts.values()))
    for run in runs:
        undo.undo(run, actor=None)
    left = {kind: sum(1 for _row in exports.records(each)) for kind, each in KINDS.items()}
    assert not any(left.values()), left
    assert not centers.exists()
