"""Forms of what files bring too: their rules stand once, in the row of the kind (`arraigo.imports.kinds`)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from annotated_types import MaxLen
from django import forms
from django.utils.text import capfirst
from pydantic import BaseModel

from arraigo.imports.reasons import broken_rules

ANYTHING = "-"


class RowForm(forms.Form):
    """A form whose entries obey the rules of `row`: a person may enter what a file may bring, and nothing else."""

    row: ClassVar[type[BaseModel]]
    known: ClassVar[tuple[str, ...]] = ("external_id", "customer")
    """What a row names and the form's page knows already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            rules = self.row.model_fields[name].metadata if name in self.row.model_fields else ()
            for longest in (rule.max_length for rule in rules if isinstance(rule, MaxLen)):
                field.widget.attrs.setdefault("maxlength", longest)

    def told(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        """The row that these entries make; an empty cell tells nothing."""
        cells = {name: value for name, value in entered.items() if value not in (None, "")}
        return {**dict.fromkeys(self.known, ANYTHING), **cells}

    def clean(self) -> dict[str, Any]:
        entered: dict[str, Any] = super().clean() or self.cleaned_data
        for name, reason in broken_rules(self.row, self.told(entered)):
            if name in self.fields and name not in self.errors:
                self.add_error(name, capfirst(reason))
            elif name not in self.fields and not self.errors:  # else a part of it is wrong, and says so itself
                self.add_error(None, capfirst(reason))
        return entered
