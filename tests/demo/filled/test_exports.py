"""What the demo gives out obeys the rules of what comes in: brought in again, it changes nothing."""

from pathlib import Path

import pytest

from arraigo.imports import actions, exports
from arraigo.imports.kinds import KINDS


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_the_demos_own_files_change_nothing(demo: dict[str, int], tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.csv"
    count = exports.export(kind, path)
    tally, _rejects = actions.import_file(kind, path)
    assert tally.rejects == []
    assert tally.counts() == {"accepted": 0, "updated": 0, "unchanged": count, "rejected": 0}
