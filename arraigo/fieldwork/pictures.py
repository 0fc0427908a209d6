"""Photos and signatures as they arrive: what they really are, whatever the sender calls them."""

import base64
import io
import struct
from typing import Any

from django.conf import settings
from PIL import ExifTags, Image, UnidentifiedImageError

from arraigo.fieldwork.errors import AttachmentTooBig, NotAPicture, SignatureBlank

MEGABYTE = 1024 * 1024
PIXEL_LIMIT = 50_000_000
"""More pixels than a telephone's camera makes: a small file that unpacks to gigabytes is refused."""

CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientation → what brings the picture upright."""
INK = 160
"""A pixel darker than this (of 255) was drawn."""

THUMBNAIL_PIXELS = 240
JPEG_QUALITY, THUMBNAIL_QUALITY = 82, 70

LEAST_STROKE = 0.04
"""A signature spans at least this part of the pad in one direction: a stray dot is none."""


def refuse_big(size: int) -> None:
    """Raises AttachmentTooBig for a file of `size` bytes above the limit of the settings."""
    if size > settings.PHOTO_MB * MEGABYTE:
        raise AttachmentTooBig(-(-size // MEGABYTE), settings.PHOTO_MB)


def uploaded(file: Any) -> bytes | None:
    """The bytes of an uploaded photo (Django's UploadedFile), or None for none; its size is looked at first.

    Raises AttachmentTooBig, NotAPicture.
    """
    if not file:
        return None
    refuse_big(file.size)
    content: bytes = file.read()
    _read(content)
    return content


def for_keeping(content: bytes, *, drawn: bool = False) -> tuple[bytes, str]:
    """The picture written anew and its content type: upright, at most `settings.PHOTO_PIXELS` long, no EXIF.

    A photo becomes JPEG; what was `drawn` stays PNG, where JPEG would smear the strokes.
    Raises AttachmentTooBig, NotAPicture.
    """
    refuse_big(len(content))
    upright = _upright(_read(content))
    upright.thumbnail((settings.PHOTO_PIXELS, settings.PHOTO_PIXELS))
    kind = "PNG" if drawn else "JPEG"
    return _written(upright, kind, JPEG_QUALITY), CONTENT_TYPES[kind]


def _upright(picture: Image.Image) -> Image.Image:
    """The picture as it was held; one whose EXIF cannot be read is taken as it lies."""
    try:
        turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (SyntaxError, struct.error, TypeError, ValueError, OSError):
        return picture
    return picture if turn is None else picture.transpose(turn)


def thumbnail(content: bytes) -> bytes:
    """A small JPEG of a kept picture, for lists on a phone."""
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    picture.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    return _written(picture, "JPEG", THUMBNAIL_QUALITY)


def _written(picture: Image.Image, kind: str, quality: int) -> bytes:
    """The bytes of the pixels alone, whatever else the file carried."""
    if kind == "JPEG" and picture.mode != "RGB":
        picture = _on_white(picture)
    elif picture.mode not in ("RGB", "RGBA", "L", "LA", "1"):
        picture = picture.convert("RGBA")
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    buffer = io.BytesIO()
    options: dict[str, Any] = {"quality": quality, "progressive": True} if kind == "JPEG" else {"compress_level": 6}
    bare.save(buffer, kind, optimize=True, **options)
    return buffer.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def refuse_blank(signature: bytes) -> None:
    """Raises SignatureBlank where nothing was drawn on the pad, NotAPicture where it is none."""
    picture = _on_white(_read(signature))
    ink = picture.convert("L").point([255] * INK + [0] * (256 - INK))
    box = ink.getbbox()
    if box is None:
        raise SignatureBlank
    left, top, right, bottom = box
    if max((right - left) / picture.width, (bottom - top) / picture.height) < LEAST_STROKE:
        raise SignatureBlank


def drawing(content: bytes, content_type: str) -> str:
    """A kept picture as SVG text for a document's template."""
    width, height = Image.open(io.BytesIO(content)).size
    url = f"data:{content_type};base64,{base64.b64encode(content).decode()}"
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
