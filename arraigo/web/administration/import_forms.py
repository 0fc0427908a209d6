"""Forms of the imports: the file, and how its columns are understood."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.imports.column_words import word
from arraigo.imports.kinds import KINDS, Kind
from arraigo.imports.mapping import ColumnMapping

MAPPED = "column_"
"""Beginning of the names of the choices of a column."""


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What does it bring?"), required=False)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, XLSX or Parquet; gzip may pack it."), allow_empty_file=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(name, kind.label) for name, kind in KINDS.items()]
        self.fields["kind"].choices = [("", _("Recognise it by its columns")), *kinds]  # type: ignore[attr-defined]


def _label(field: str, *, required: bool) -> str:
    return f"{word(field)} ({field})" + (" *" if required else "")


class MappingForm(forms.Form):
    """Which column is which of our fields, and how its cells are written."""

    source = forms.CharField(
        label=_("System it comes from"), max_length=40, help_text=_("Its external ids are unique within this name.")
    )
    sheet = forms.ChoiceField(
        label=_("Sheet"), required=False, help_text=_("Of another one the columns are recognised anew.")
    )
    header = forms.IntegerField(
        label=_("Line of the headers"), required=False, min_value=1, max_value=100,
        help_text=_("What stands above it, such as a title, is not read."),
    )  # fmt: skip
    delimiter = forms.ChoiceField(
        label=_("Separator"), required=False,
        choices=[("", _("recognised")), (",", ","), (";", ";"), ("\t", _("tab")), ("|", "|"), (":", ":")],
    )  # fmt: skip
    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False,
        choices=[("", _("recognised")), ("utf-8", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1"),
                 ("cp850", "MS-DOS (CP850)"), ("utf-16", "UTF-16")],
    )  # fmt: skip
    decimal = forms.ChoiceField(
        label=_("Decimals"), required=False,
        choices=[("", _("recognised")), (",", "1.234,50"), (".", "1,234.50")],
    )  # fmt: skip
    date_format = forms.CharField(
        label=_("Dates"), required=False, max_length=40,
        help_text=_("Empty: 2026-05-31 or 31/05/2026. Else as in %d/%m/%y %H:%M, or excel for numbers of days."),
    )  # fmt: skip
    area_code = forms.ChoiceField(
        label=_("Telephones of seven digits"), required=False,
        choices=[("", _("rejected")), ("4", _("Cochabamba, Chuquisaca, Tarija (4)")),
                 ("2", _("La Paz, Oruro, Potosí (2)")), ("3", _("Santa Cruz, Beni, Pando (3)"))],
    )  # fmt: skip
    values = forms.CharField(
        label=_("Codes of the file"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One in each line: field: their code = ours. For example status: Cerrado = closed"),
    )  # fmt: skip
    constants = forms.CharField(
        label=_("What the file does not say"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One in each line: field = value. For example type = fault"),
    )  # fmt: skip
    create_missing = forms.BooleanField(
        label=_("Let it bring customers, products, zones and operations centres that are not here yet"), required=False
    )

    def __init__(
        self, *args: Any, kind: Kind, headers: tuple[str, ...], sheets: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if len(sheets) > 1:
            self.initial["sheet"] = self.initial.get("sheet") or sheets[0]
            self.fields["sheet"].choices = [(title, title) for title in sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        if "phones" not in kind.fields:
            del self.fields["area_code"]
        for name in ("delimiter", "encoding"):
            self._may_stay(self.fields[name], self.initial.get(name, ""))
        choices = [("", "—"), *((header, header) for header in headers if header)]
        for name in kind.fields:
            self.fields[MAPPED + name] = forms.ChoiceField(
                label=_label(name, required=name in kind.required), choices=choices, required=False
            )

    def _may_stay(self, field: Any, recognised: str) -> None:
        """What was recognised can be chosen, however rare it is."""
        if recognised not in dict(field.choices):
            field.choices = [*field.choices, (recognised, recognised)]

    @property
    def columns(self) -> list[Any]:
        """The choices of the columns."""
        return [self[MAPPED + name] for name in self.kind.fields]

    @property
    def others(self) -> list[Any]:
        """Everything beside the columns."""
        return [bound for bound in self if not bound.name.startswith(MAPPED)]

    def clean_values(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for line in self.cleaned_data["values"].splitlines():
            field, _colon, pair = line.partition(":")
            theirs, sign, ours = pair.rpartition("=")
            if line.strip():
                self._known(field.strip(), bool(sign and theirs.strip()), line)
                found.setdefault(field.strip(), {})[theirs.strip()] = ours.strip()
        return found

    def clean_constants(self) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data["constants"].splitlines():
            field, sign, value = line.partition("=")
            if line.strip():
                self._known(field.strip(), bool(sign and value.strip()), line)
                found[field.strip()] = value.strip()
        return found

    def _known(self, field: str, whole: bool, line: str) -> None:
        if field not in self.kind.fields or not whole:
            raise forms.ValidationError(
                _("“%(line)s” is not understood: see the example below."), params={"line": line}
            )

    def told(self) -> dict[str, Any]:
        """The mapping as sent."""
        data = self.cleaned_data
        columns = {name: data[MAPPED + name] for name in self.kind.fields if data[MAPPED + name]}
        names = ("source", "delimiter", "encoding", "decimal", "date_format", "values", "constants")
        told = {"kind": self.kind.name, "columns": columns, "header": data["header"] or 1}
        return told | {name: data[name] for name in (*names, "area_code", "sheet") if name in data}


def initial(mapped: ColumnMapping, *, create_missing: bool) -> dict[str, Any]:
    """What the form shows of a mapping."""
    codes = [f"{field}: {theirs} = {ours}" for field, pairs in mapped.values.items() for theirs, ours in pairs.items()]
    return {
        **{MAPPED + name: header for name, header in mapped.columns.items()},
        "source": mapped.source, "header": mapped.header, "delimiter": mapped.delimiter, "decimal": mapped.decimal,
        "encoding": mapped.encoding.removesuffix("-sig"), "date_format": mapped.date_format,
        "area_code": mapped.area_code, "sheet": mapped.sheet, "create_missing": create_missing,
        "values": "\n".join(codes),
        "constants": "\n".join(f"{field} = {value}" for field, value in mapped.constants.items()),
    }  # fmt: skip
