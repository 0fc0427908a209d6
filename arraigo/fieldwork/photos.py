"""Photos and signatures are kept as soon as they come, small and without what the camera wrote beside them."""

import hashlib

from django.conf import settings
from django.db import IntegrityError, transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.fieldwork import pictures
from arraigo.fieldwork.errors import TooManyPhotos
from arraigo.fieldwork.models import Attachment, Photo
from arraigo.orders.errors import WrongState
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.records import key_of


@transaction.atomic(savepoint=False)
def store_attachment(content: bytes, *, actor: User | None, drawn: bool = False) -> Attachment:
    """Keep a photo, or what was `drawn` on screen; the same picture is kept once.

    It is kept upright, at most `settings.PHOTO_PIXELS` long and without EXIF (place, device); what
    comes is told from its bytes. Raises AttachmentTooBig, NotAPicture.
    """
    kept_content, content_type = pictures.for_keeping(content, drawn=drawn)
    sha256 = hashlib.sha256(kept_content).hexdigest()
    try:
        # Hardly any picture comes twice: insert first, and ask only where it is there.
        with transaction.atomic():
            kept = Attachment.objects.create(
                sha256=sha256, content_type=content_type, content=kept_content, added_at=clock.now(), added_by=actor
            )
    except IntegrityError:
        return Attachment.objects.get(sha256=sha256)
    data = {"sha256": sha256, "content_type": content_type, "bytes": len(kept_content)}
    record("attachment.stored", kept, actor=actor, data=data)
    return kept


@transaction.atomic
def add_photo(work_order: WorkOrder | int, content: bytes, *, moment: str, actor: User) -> Photo:
    """Keep a photo of the work on an open order. Sent twice, it is kept once.

    Raises WrongState, TooManyPhotos and the errors of `store_attachment`.
    """
    order = WorkOrder.objects.select_for_update().get(pk=key_of(work_order))
    if order.closed_at is not None:
        raise WrongState(order.number, order.get_state_display())
    kept = store_attachment(content, actor=actor)
    known = order.photos.filter(moment=moment, attachment=kept).first()
    if known is not None:
        return known
    if order.photos.filter(moment=moment).count() >= settings.PHOTOS_PER_MOMENT:
        raise TooManyPhotos(settings.PHOTOS_PER_MOMENT)
    photo = Photo.objects.create(work_order=order, moment=moment, attachment=kept, taken_by=actor, added_at=clock.now())
    _record("photo.added", photo, order, actor)
    return photo


@transaction.atomic(savepoint=False)
def remove_photo(photo: Photo | int, *, actor: User) -> None:
    """Take a photo off its open order: a slip of the finger. The event keeps its digest. Told twice, it is taken off
    once. Raises WrongState."""
    order = WorkOrder.objects.select_for_update(of=("self",)).filter(photos=key_of(photo)).first()
    found = Photo.objects.select_related("attachment").filter(pk=key_of(photo)).first()
    if order is None or found is None:
        return
    if order.closed_at is not None:
        raise WrongState(order.number, order.get_state_display())
    _record("photo.removed", found, order, actor)
    found.delete()


def _record(kind: str, photo: Photo, order: WorkOrder, actor: User) -> None:
    data = {"order": order.number, "moment": photo.moment, "sha256": photo.attachment.sha256}
    record(kind, photo, actor=actor, case_number=order.case_number, data=data)
