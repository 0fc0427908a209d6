"""Photos and signatures: taken for what their bytes are."""

import hashlib
import io
import os

import pytest
from PIL import Image, ImageChops, ImageOps

from arraigo.eventlog.models import Event
from arraigo.fieldwork import actions, pictures
from arraigo.fieldwork.errors import AttachmentTooBig, NotAPicture, SignatureBlank
from arraigo.fieldwork.models import Attachment
from tests.fieldwork.records import a_photo, a_signature, encoded
from tests.records import a_user, refused

pytestmark = pytest.mark.django_db


def test_a_photo_is_kept_once_however_often_it_comes() -> None:
    content, technician = a_photo(), a_user()
    kept = actions.store_attachment(content, actor=technician)
    again = actions.store_attachment(content, actor=a_user())
    kept.refresh_from_db()
    assert kept == again
    assert kept.content_type == "image/jpeg"
    assert kept.sha256 == hashlib.sha256(bytes(kept.content)).hexdigest()
    assert Event.objects.filter(kind="attachment.stored").count() == 1


def a_camera_photo() -> bytes:
    """As a phone takes it: large, lying on its side, with the place where it was taken."""
    image = Image.new("RGB", (4000, 3000), (90, 120, 30))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "FABRICANTE"
    exif.get_ifd(0x8825).update({1: "S", 2: (17.0, 23.0, 36.0)})
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_a_photo_is_kept_small_upright_and_without_what_the_camera_wrote() -> None:
    taken = a_camera_photo()
    assert b"FABRICANTE" in taken
    kept = actions.store_attachment(taken, actor=a_user())
    picture = Image.open(io.BytesIO(kept.content))
    assert picture.size == (1200, 1600)
    assert not picture.getexif()
    assert b"FABRICANTE" not in kept.content
    assert len(pictures.thumbnail(kept.content)) < 20_000


BROKEN_EXIF = {
    "no_tiff": b"Exif\0\0XX\0*\0\0\0\x08\0\0",
    "words_for_numbers": b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
    b"\x02\x13\0\x02\0\0\0\x04abc\0\0\0\0\0",
    "a_place_nowhere": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
    b"\x88\x25\0\x04\0\0\0\x01\xff\xff\xff\xff",
}


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("exif", BROKEN_EXIF.values(), ids=BROKEN_EXIF)
def test_what_the_camera_wrote_badly_does_not_cost_the_photo(exif: bytes, form: str) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((40, 30), 60).save(buffer, form, exif=exif)
    assert pictures.for_keeping(buffer.getvalue())[1] == "image/jpeg"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_kept_upright_however_the_phone_was_held(orientation: int) -> None:
    held = Image.new("L", (80, 40))
    held.paste(255, (0, 0, 40, 20))  # the corner where the picture's own begins
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    held.save(buffer, "JPEG", exif=exif, quality=95)
    kept = Image.open(io.BytesIO(pictures.for_keeping(buffer.getvalue())[0])).convert("L")
    assert ImageChops.difference(kept, ImageOps.exif_transpose(Image.open(buffer))).getextrema()[1] < 40


def test_a_drawing_stays_sharp_and_a_photo_sent_as_png_becomes_small() -> None:
    noise = encoded(Image.effect_noise((1200, 900), 90).convert("RGB"))
    drawn = actions.store_attachment(a_signature(), actor=None, drawn=True)
    assert drawn.content_type == "image/png"
    photo = actions.store_attachment(noise, actor=None)
    assert photo.content_type == "image/jpeg"
    assert len(photo.content) < len(noise) / 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"esto no es una foto",
        b"%PDF-1.7\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        a_photo()[:2000],
        a_signature()[:-30],
        encoded(Image.new("P", (4, 4)), "GIF"),
    ],
    ids=["empty", "text", "pdf", "svg", "cut_jpeg", "cut_png", "gif"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with refused(NotAPicture) as caught:
        actions.store_attachment(content, actor=a_user())
    assert "PNG" in str(caught.value)
    assert not Attachment.objects.exists()


def test_forty_megabytes_are_refused_and_the_sentence_says_how_much_is_taken() -> None:
    with refused(AttachmentTooBig) as caught:
        actions.store_attachment(a_photo() + os.urandom(40 * pictures.MEGABYTE), actor=a_user())
    assert "41 MB" in str(caught.value)
    assert "8 MB" in str(caught.value)


def test_a_small_file_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = encoded(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < pictures.MEGABYTE
    with refused(NotAPicture):
        actions.store_attachment(bomb, actor=a_user())


@pytest.mark.parametrize(
    "pad",
    [
        Image.new("RGB", (320, 120), "white"),
        Image.new("RGBA", (320, 120), (0, 0, 0, 0)),
        Image.new("L", (320, 120), 250),
    ],
    ids=["white", "transparent", "nearly_white"],
)
def test_a_blank_signature_is_refused(pad: Image.Image) -> None:
    with refused(SignatureBlank):
        pictures.refuse_blank(encoded(pad))


def test_a_stray_dot_is_no_signature_but_a_short_stroke_is() -> None:
    pad = Image.new("RGB", (320, 120), "white")
    pad.paste("black", (100, 50, 104, 54))
    with refused(SignatureBlank):
        pictures.refuse_blank(encoded(pad))
    pad.paste("black", (100, 50, 130, 54))
    pictures.refuse_blank(encoded(pad))
    pictures.refuse_blank(a_signature())
