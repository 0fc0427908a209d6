"""Renders the templates beside this file to PDF with typst.

A template reads its values from the virtual file `data.json`; pictures are values too, as SVG text.
Nothing is fetched, and no file of the machine can be read.
"""

import datetime as dt
import json
import re
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings

TEMPLATES = Path(__file__).parent / "templates"
FONTS = [
    settings.BASE_DIR / "static" / "dist" / "fonts",
    settings.BASE_DIR / "node_modules" / "@expo-google-fonts" / "inter",
]
"""Where the interface's font lies as TTF, best first; without it typst's own text font is used."""

PdfStandard = Literal["1.7", "a-2b"]

UNDRAWABLE = re.compile(r'error: the text `"(.+?)"` could not be displayed', re.DOTALL)
PLAIN = re.compile(r"[\x80-\u024f\u2000-\u206f]")
"""Latin letters and punctuation, which the fonts have."""
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")

_local = threading.local()


def render(
    template_name: str,
    data: Mapping[str, Any],
    *,
    at: dt.datetime,
    pdf_standard: PdfStandard | None = None,
    tagged: bool = True,
) -> bytes:
    """The PDF that template `template_name` (without ending) makes of `data`, which must be JSON.

    `at` is written into the PDF as its creation time: the same data at the same time gives the same
    bytes. `tagged` keeps headings and tables for who reads it on screen with a reader: what is only
    printed does without and is a third as large. A character that no font has (an emoji) is left out: PDF/A takes none
    that cannot be seen. Raises `typst.TypstError` where template and data do not fit together.
    """
    # The wheel's type hints know neither virtual files nor an absent standard.
    options: Any = {"timestamp": int(at.timestamp()), "pdf_standards": pdf_standard or [], "pdf_tags": tagged}
    while True:
        try:
            return _compiled(template_name, data, options)
        except typst.TypstError as error:
            drawable = _without(data, _undrawable(error))
            if drawable == data:
                raise
            data = drawable


def _compiled(template_name: str, data: Any, options: Any) -> bytes:
    inputs: Any = {
        "main.typ": _source(template_name),
        "theme.typ": _source("theme"),
        "data.json": json.dumps(data, ensure_ascii=False, sort_keys=True).encode(),
    }
    pdf: Any = _compiler().compile(input=inputs, **options)
    return bytes(pdf)


def _undrawable(error: Any) -> str:
    """The characters that no font could draw; typst names all of them at once, and the letter before each, too.

    So plain letters and signs of punctuation are meant only where nothing else was named.
    """
    named = "".join(
        ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in UNDRAWABLE.findall(error.diagnostic)
    )
    found = "".join(char for char in sorted(set(named)) if not (char.isascii() and char.isprintable()))
    return PLAIN.sub("", found) or found


def _without(data: Any, chars: str) -> Any:
    if isinstance(data, str):
        return data.translate(dict.fromkeys(map(ord, chars)))
    if isinstance(data, Mapping):
        return {key: _without(value, chars) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without(each, chars) for each in data]
    return data


def _compiler() -> typst.Compiler:
    """This thread's compiler: it keeps the fonts, and refuses to be used by two threads at once."""
    if not hasattr(_local, "compiler"):
        fonts = [path for path in FONTS if path.is_dir()][:1]
        _local.compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
    compiler: typst.Compiler = _local.compiler
    return compiler


@cache
def _source(name: str) -> bytes:
    return (TEMPLATES / f"{name}.typ").read_bytes()
