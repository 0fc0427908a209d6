"""The texts of the interface: `./run messages` brings the Spanish catalogue up to date with the source.

Runs inside the project's environment. Python files are read by Babel; templates are first turned into
the Python-like text that Django makes of them, so that nothing but Python packages is needed.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "es_BO" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, None] = dict.fromkeys(
    [
        "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy",
        "npgettext",
    ]
)  # fmt: skip
Message = tuple[str | None, str, str | None]
"""Context, singular, plural."""


def sources() -> list[Path]:
    """Files that may hold texts of the interface."""
    found = [*(ROOT / "arraigo").rglob("*.py"), *(ROOT / "arraigo").rglob("*.html")]
    return sorted(path for path in found if "migrations" not in path.parts)


def messages_in(path: Path) -> Iterator[Message]:
    """The texts marked for translation in one file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # A template's indentation means nothing; Python's tokenizer would refuse an uneven one.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    stream = io.BytesIO(text.encode())
    for _line, function, found, _comments in extract_python(stream, KEYWORDS, (), {"encoding": "utf-8"}):
        parts = found if isinstance(found, tuple | list) else (found,)
        message = _message(str(function), [part for part in parts if isinstance(part, str)])
        if message:
            yield message


def _message(function: str, parts: list[str]) -> Message | None:
    context = parts.pop(0) if "pgettext" in function and parts else None
    if not parts or not parts[0]:
        return None
    return context, parts[0], parts[1] if function.startswith(("n", "ungettext")) and len(parts) > 1 else None


def extract() -> dict[Message, set[str]]:
    """Every text of the interface, with the files that use it."""
    found: dict[Message, set[str]] = {}
    for path in sources():
        for message in messages_in(path):
            found.setdefault(message, set()).add(path.relative_to(ROOT).as_posix())
    return found


def problems(catalogue: polib.POFile) -> list[str]:
    """What is missing, fuzzy, untranslated or no longer used, one line each."""
    wanted = extract()
    entries = {(e.msgctxt, e.msgid, e.msgid_plural or None): e for e in catalogue if not e.obsolete}
    missing = wanted.keys() - entries.keys()
    lines = [f"missing: {message[1]!r} ({', '.join(sorted(wanted[message]))})" for message in missing]
    lines += [f"no longer used: {message[1]!r}" for message in entries.keys() - wanted.keys()]
    lines += [f"fuzzy: {e.msgid!r}" for e in entries.values() if e.fuzzy]
    lines += [f"untranslated: {e.msgid!r}" for e in entries.values() if not e.translated() and not e.fuzzy]
    return sorted(lines)


def update() -> int:
    """Add what is missing (untranslated) and take out what is no longer used; how many are untranslated."""
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=110) if CATALOGUE.exists() else _new()
    wanted = extract()
    known = {(e.msgctxt, e.msgid, e.msgid_plural or None): e for e in catalogue}
    for unused in known.keys() - wanted.keys():
        catalogue.remove(known[unused])
    for message in wanted.keys() - known.keys():
        wording, singular, plural = message
        entry = polib.POEntry(msgctxt=wording, msgid=singular)
        if plural:
            entry.msgid_plural, entry.msgstr_plural = plural, {0: "", 1: ""}
        catalogue.append(entry)
    catalogue.sort(key=lambda e: (e.msgid, e.msgctxt or ""))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    return len(catalogue.untranslated_entries())


def _new() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "es_BO",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


if __name__ == "__main__":
    print(f"{update()} texts without translation in {CATALOGUE.relative_to(ROOT)}")
