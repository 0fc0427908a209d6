"""A digest of what the demo wrote: the same seed and moment give the same data."""

import hashlib
import json
from typing import Any

from django.apps import apps

from arraigo.fieldwork.models import Attachment

LEFT_OUT = {"bss.command", "eventlog.seal"}
"""Rows with random keys, and the seal over the events."""
FIELDS_LEFT_OUT = {
    "engine.instance": {"state"},
    "engine.workitem": {"token", "move"},
    "engine.wait": {"token"},
    "eventlog.event": {"hash", "previous_hash", "sequence", "subject_id"},
    "fieldwork.attachment": {"id"},
}
"""The engine's random names of its tokens (also in what a step moved), what the sealer adds, and the keys of
attachments: PostgreSQL uses one up where the same file is stored already."""
OURS = "arraigo."


def digest() -> str:
    """SHA-256 over every business record, in the order of the keys."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda each: each._meta.label_lower):
        if model._meta.label_lower not in LEFT_OUT and model.__module__.startswith(OURS):
            _add(found, model)
    return found.hexdigest()


def _add(found: Any, model: Any) -> None:
    left_out = FIELDS_LEFT_OUT.get(model._meta.label_lower, set())
    fields = [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in left_out and field.related_model is not Attachment
    ]
    found.update(model._meta.label_lower.encode())
    for row in model._default_manager.order_by("pk").values_list(*fields).iterator(2000):
        found.update(repr([_written(value) for value in row]).encode())


def _written(value: Any) -> Any:
    """The value as both databases give it: one sorts the keys of JSON, and gives bytes as a view of them."""
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, memoryview):
        return bytes(value)
    return str(value)
