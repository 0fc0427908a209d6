"""Publishing versions of the procedure."""

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.engine.models import Definition
from arraigo.engine.validation import Problem, check
from arraigo.eventlog import actions as eventlog
from arraigo.people.models import Role, User
from arraigo.procedure import policy
from arraigo.procedure.asked import check_asked, check_reasons
from arraigo.procedure.document import check_document
from arraigo.procedure.errors import FileUnreadable, ProcedureInvalid
from arraigo.procedure.honoured import check_policy
from arraigo.procedure.models import ProcedureVersion

Parsed = TypeVar("Parsed")
OUR_LAST_STEP = "step_15"
FACT_TYPES = ("bool", "int", "number", "str")


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
        tables = [json.dumps(each, sort_keys=True, default=str) for each in (self.decisions, self.document, self.facts)]
        parts = [self.bpmn, self.policy, *tables]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read(folder: Path) -> ProcedureFiles:
    """The files in `folder`: procedure.bpmn, decisions/*.json, policy.toml, facts.toml, document.toml.

    Raises FileUnreadable naming the first file that is missing or cannot be read.
    """
    tables = sorted((folder / "decisions").glob("*.json"))
    return ProcedureFiles(
        bpmn=_parsed(folder / "procedure.bpmn", str),
        decisions={path.stem: read_json(path) for path in tables},
        policy=_parsed(folder / "policy.toml", _checked_toml),
        facts=_parsed(folder / "facts.toml", _fact_types),
        document=_parsed(folder / "document.toml", tomllib.loads),
    )


def read_json(path: Path) -> Any:
    """The JSON document at `path`. Raises FileUnreadable."""
    return _parsed(path, json.loads)


def _parsed(path: Path, parse: Callable[[str], Parsed]) -> Parsed:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnreadable(path.name, str(error)) from error


def _checked_toml(text: str) -> str:
    tomllib.loads(text)
    return text


def _fact_types(text: str) -> dict[str, str]:
    found = {}
    for name, fact in tomllib.loads(text).items():
        kind = fact.get("type") if isinstance(fact, dict) else None
        if kind not in FACT_TYPES:
            told = {"fact": name, "types": ", ".join(FACT_TYPES)}
            raise ValueError(_("the fact “%(fact)s” needs a type, one of %(types)s") % told)
        found[name] = kind
    return found


def problems(files: ProcedureFiles, *, steps: set[str]) -> list[Problem]:
    """Every fault of the files. `steps`: elements that a step file carries out."""
    values = policy.plain(files.policy)
    found = check(
        files.bpmn,
        decisions=files.decisions,
        facts=files.facts,
        policy=values,
        roles=set(Role.values),
        steps=steps,
    )
    # Another process that the engine could run has steps, and values, of its own.
    asked = check_asked(values, files.decisions) if OUR_LAST_STEP in steps else ()
    return [*found, *check_reasons(files.policy), *check_policy(values), *asked, *check_document(files.document)]


def publish(files: ProcedureFiles, *, steps: set[str], by: User | None) -> ProcedureVersion:
    """Publish the files as the next version and make it current; the same files are the same version.

    `steps`: elements that a step file carries out. Raises ProcedureInvalid with every problem found.
    """
    existing = ProcedureVersion.objects.filter(definition__sha256=files.sha256).first()
    if existing and existing.is_current:
        return existing
    found = problems(files, steps=steps)
    if found:
        raise ProcedureInvalid(found)
    with transaction.atomic():
        # Whoever publishes holds the current version, so that numbers follow one another.
        list(ProcedureVersion.objects.select_for_update().filter(is_current=True))
        ProcedureVersion.objects.filter(is_current=True).update(is_current=False)
        return _reinstate(existing, by) if existing else _publish(files, by)


def _reinstate(version: ProcedureVersion, by: User | None) -> ProcedureVersion:
    version.is_current = True
    version.save(update_fields=["is_current"])
    eventlog.record("procedure.reinstated", version, actor=by, version=str(version))
    return version


def _publish(files: ProcedureFiles, by: User | None) -> ProcedureVersion:
    code = files.document["code"]
    last = Definition.objects.filter(code=code).order_by("-number").first()
    definition = Definition.objects.create(
        code=code,
        number=(last.number if last else 0) + 1,
        sha256=files.sha256,
        bpmn=files.bpmn,
        decisions=files.decisions,
        policy=policy.plain(files.policy),
        published_at=clock.now(),
    )
    version = ProcedureVersion.objects.create(
        definition=definition,
        title=files.document["title"],
        document_date=files.document["date"],
        prepared_by=files.document["prepared_by"],
        approved_by=files.document["approved_by"],
        policy_text=files.policy,
        sentences=files.document.get("sentences", {}),
        published_by=by,
        is_current=True,
    )
    eventlog.record("procedure.published", version, actor=by, version=str(version), data={"sha256": definition.sha256})
    return version
