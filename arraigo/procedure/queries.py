"""Reading versions of the procedure. A published version never changes, so it is kept in memory."""

from functools import lru_cache

from django.db.models import QuerySet

from arraigo.compiled import compiled
from arraigo.engine.models import Instance
from arraigo.engine.program import decisions_of
from arraigo.procedure.errors import NoProcedure
from arraigo.procedure.models import ProcedureVersion
from arraigo.procedure.policy import Policy


def current_version() -> ProcedureVersion:
    """The version that new cases obey. Raises NoProcedure where none was published."""
    version = ProcedureVersion.objects.select_related("definition").filter(is_current=True).first()
    if version is None:
        raise NoProcedure
    return version


def current_policy() -> Policy:
    """The policy of the current version. Raises NoProcedure where none was published."""
    # Only its key is read each time: diagram, tables and policy are long.
    for key in _current_key():
        return policy_of(key)
    raise NoProcedure


@compiled
def _current_key() -> QuerySet[ProcedureVersion, int]:
    return ProcedureVersion.objects.filter(is_current=True).values_list("pk", flat=True)[:1]


@lru_cache(maxsize=32)
def policy_of(definition_id: int) -> Policy:
    """The policy of the version with this definition. Shared between requests: read only."""
    version = ProcedureVersion.objects.select_related("definition").get(pk=definition_id)
    decisions = decisions_of(version.definition)
    return Policy(str(version.definition), version.policy_text, decisions, version.sentences)


def policy_named(label: str) -> Policy:
    """The policy of the version with this label, as `Policy.label` gives it; the current one's where there is none."""
    code, _mark, number = label.rpartition(" v")
    wanted = ProcedureVersion.objects.filter(
        definition__code=code, definition__number=number if number.isdecimal() else 0
    )
    found = wanted.values_list("pk", flat=True).first()
    return current_policy() if found is None else policy_of(found)


def label(instance: Instance) -> str:
    """Code and number of the version that the instance obeys."""
    return policy_of(instance.definition_id).label
