"""Where the document speaks of a field: its own sentence stands beside it as help."""

import re
from collections.abc import Mapping
from typing import ClassVar

from arraigo.procedure.policy import Policy, Sentence

NUMBERED = re.compile(r"_\d+$")


class Sourced:
    """Mixed into a form: which sentences of the document speak of which field."""

    policy: Policy
    sources: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Field → numbers of the document (`document.toml`); `kind` stands for every `kind_17`."""

    def says(self, name: str) -> list[Sentence]:
        """What the document says of the field `name`; empty where it says nothing."""
        return self.policy.says(*self.sources.get(NUMBERED.sub("", name), ()))
