"""The document control of a version: what `document.toml` has to say."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine.models import Definition
from arraigo.engine.problems import Problem
from arraigo.procedure.models import ProcedureVersion

LONGEST: dict[str, int] = {
    "code": Definition._meta.get_field("code").max_length or 0,
    "title": ProcedureVersion._meta.get_field("title").max_length or 0,
    "date": ProcedureVersion._meta.get_field("document_date").max_length or 0,
    "approved_by": ProcedureVersion._meta.get_field("approved_by").max_length or 0,
}
"""What it must say, as text of at most so many letters."""


def check_document(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each thing that the document control does not say."""
    for name, most in LONGEST.items():
        value = document.get(name)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= most:
            sentence = _("document.toml does not say “%(name)s”: write it as text of at most %(most)d letters.")
            yield Problem(name, sentence % {"name": name, "most": most})
    prepared = document.get("prepared_by")
    if not isinstance(prepared, list) or not prepared or not all(isinstance(each, str) for each in prepared):
        yield Problem("prepared_by", _("document.toml does not say “prepared_by”: write a list of who prepared it."))
