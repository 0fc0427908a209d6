"""Which encoding of one byte a sign a Spanish text was written in: by the letters that it has under each."""

import re

WINDOWS, DOS = "cp1252", "cp850"
SPANISH = re.compile(
    r"[a-z][ñéíóúü](?![A-Z])|[ñáéíóúü](?=[a-z])"
    r"|(?<![A-Za-z])[ÑÁÉÍÓÚÜ](?=[A-Za-z])|(?<=[A-Z])[ÑÁÉÍÓÚÜ](?![a-z])"
    r"|(?<=[0-9A-Za-z])[ºª°]|(?<!\w)[¿¡](?=\w)"
)
"""Letters and signs where a Spanish text has them. DOS's “á” at the end of a word is Windows' hard blank."""


def encoding_of(sample: bytes) -> str:
    """Windows-1252 or CP850 (MS-DOS), whichever makes more Spanish of the `sample`."""
    found = {name: len(SPANISH.findall(sample.decode(name, "replace"))) for name in (WINDOWS, DOS)}
    return max(found, key=lambda name: found[name])
