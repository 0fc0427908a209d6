"""Publishing versions of the procedure."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.engine.models import Definition
from arraigo.engine.validation import check
from arraigo.eventlog import actions as eventlog
from arraigo.people.models import Role, User
from arraigo.procedure import policy
from arraigo.procedure.errors import ProcedureInvalid
from arraigo.procedure.models import ProcedureVersion


@dataclass(frozen=True)
class ProcedureFiles:
    """The files of one version, as an analyst edits them."""

    bpmn: str
    decisions: dict[str, Any]
    policy: str
    facts: dict[str, str]
    """Declared fact → type."""
    document: dict[str, Any]
    """Document control."""

    @property
    def sha256(self) -> str:
        """The digest of everything that is published together."""
        parts = [self.bpmn, json.dumps(self.decisions, sort_keys=True), self.policy,
                 json.dumps(self.document, sort_keys=True, default=str)]  # fmt: skip
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read(folder: Path) -> ProcedureFiles:
    """The files in `folder`: procedure.bpmn, decisions/*.json, policy.toml, facts.toml, document.toml."""
    facts = tomllib.loads((folder / "facts.toml").read_text())
    return ProcedureFiles(
        bpmn=(folder / "procedure.bpmn").read_text(),
        decisions={path.stem: json.loads(path.read_text()) for path in sorted((folder / "decisions").glob("*.json"))},
        policy=(folder / "policy.toml").read_text(),
        facts={name: fact["type"] for name, fact in facts.items()},
        document=tomllib.loads((folder / "document.toml").read_text()),
    )


def publish(files: ProcedureFiles, *, steps: set[str], by: User | None) -> ProcedureVersion:
    """Publish the files as the next version and make it current; the same files are the same version.

    `steps`: elements that a step file carries out. Raises ProcedureInvalid with every problem found.
    """
    existing = ProcedureVersion.objects.filter(definition__sha256=files.sha256).first()
    if existing and existing.is_current:
        return existing
    values = policy.plain(files.policy)
    problems = check(
        files.bpmn, decisions=files.decisions, facts=files.facts, policy=values, roles=set(Role.values), steps=steps
    )
    if problems:
        raise ProcedureInvalid(problems)
    return _publish(files, values, existing, by)


@transaction.atomic
def _publish(
    files: ProcedureFiles, values: dict[str, Any], existing: ProcedureVersion | None, by: User | None
) -> ProcedureVersion:
    ProcedureVersion.objects.filter(is_current=True).update(is_current=False)
    if existing:
        existing.is_current = True
        existing.save(update_fields=["is_current"])
        return existing
    code = files.document["code"]
    last = Definition.objects.filter(code=code).order_by("-number").first()
    definition = Definition.objects.create(
        code=code, number=(last.number if last else 0) + 1, sha256=files.sha256, bpmn=files.bpmn,
        decisions=files.decisions, policy=values, published_at=clock.now(),
    )  # fmt: skip
    version = ProcedureVersion.objects.create(
        definition=definition, title=files.document["title"], document_date=files.document["date"],
        prepared_by=files.document["prepared_by"], approved_by=files.document["approved_by"],
        policy_text=files.policy, published_by=by, is_current=True,
    )  # fmt: skip
    eventlog.record(
        "procedure.published", version, actor=by, version=str(version), data={"sha256": definition.sha256}
    )
    return version
