"""Photos and signatures as they arrive: what they really are, whatever the sender calls them."""

import base64
import io

from PIL import Image, ImageOps, UnidentifiedImageError

from arraigo.fieldwork.errors import AttachmentTooBig, NotAPicture, SignatureBlank

MEGABYTE = 1024 * 1024
LIMIT_MB = 8
PIXEL_LIMIT = 50_000_000
"""More pixels than a telephone's camera makes: a small file that unpacks to gigabytes is refused."""

CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
INK = 160
"""A pixel darker than this (of 255) was drawn."""

PAPER_PIXELS = 1600
"""The longer side of a picture on paper: 300 dpi on half the width of A4."""

LEAST_STROKE = 0.04
"""A signature spans at least this part of the pad in one direction: a stray dot is none."""


def content_type(content: bytes) -> str:
    """`image/png` or `image/jpeg`, told from the bytes. Raises AttachmentTooBig, NotAPicture."""
    if len(content) > LIMIT_MB * MEGABYTE:
        raise AttachmentTooBig(-(-len(content) // MEGABYTE), LIMIT_MB)
    return CONTENT_TYPES[_read(content).format or ""]


def refuse_blank(signature: bytes) -> None:
    """Raises SignatureBlank where nothing was drawn on the pad, NotAPicture where it is none."""
    picture = _read(signature).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    ink = Image.alpha_composite(paper, picture).convert("L").point([255] * INK + [0] * (256 - INK))
    box = ink.getbbox()
    if box is None:
        raise SignatureBlank
    left, top, right, bottom = box
    if max((right - left) / picture.width, (bottom - top) / picture.height) < LEAST_STROKE:
        raise SignatureBlank


def drawing(content: bytes) -> str:
    """The picture upright and small enough for paper, as SVG text for a document's template."""
    picture = _read(content)
    kind = picture.format or ""
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((PAPER_PIXELS, PAPER_PIXELS))
    buffer = io.BytesIO()
    upright.save(buffer, kind)
    width, height = upright.size
    url = f"data:{CONTENT_TYPES[kind]};base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image href="{url}" width="{width}" height="{height}"/></svg>'
    )


def _read(content: bytes) -> Image.Image:
    """The picture, wholly decoded: a truncated or disguised file fails here and not in a PDF."""
    try:
        picture = Image.open(io.BytesIO(content), formats=list(CONTENT_TYPES))
        if picture.width * picture.height > PIXEL_LIMIT:
            raise NotAPicture
        picture.load()
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPicture from error
    return picture
