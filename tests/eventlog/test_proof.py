"""Property: whatever one thing is changed in a sealed log, the proof fails at it or right behind it."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.eventlog import seal, verify
from arraigo.eventlog.models import Event
from tests.engine.runs import NOON

scalars = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text('añ"\\ x\n', max_size=5)
data = st.dictionaries(st.text("abc", max_size=3), scalars | st.lists(scalars, max_size=3), max_size=4)
logs = st.lists(data, min_size=1, max_size=8)
fields = st.sampled_from(["kind", "case_number", "version", "subject_id", "data", "sequence", "previous_hash", "hash"])


class Proofs(TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        # The checkpoint is written after the commit, which a test case's transaction never reaches.
        setting = override_settings(CHECKPOINT_FILE=self.folder / "log.jsonl")
        setting.enable()
        self.addCleanup(setting.disable)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(logs, st.integers(0, 7), fields)
    def test_any_single_change_is_found(self, contents: list[dict[str, Any]], at: int, field: str) -> None:
        with clock.at(NOON):
            Event.objects.bulk_create(
                Event(at=NOON, kind="a.b", subject_type="unit", subject_id=n, data=each)
                for n, each in enumerate(contents)
            )
            seal.seal()
        assert verify.verify().broken is None
        number = at % len(contents) + 1
        event = Event.objects.get(sequence=number)
        changed = {"subject_id": 99, "data": {"other": [1]}, "sequence": 999}.get(field, "changed")
        Event.objects.filter(pk=event.pk).update(**{field: changed})
        broken = verify.verify().broken
        assert broken is not None
        assert broken.sequence == number
