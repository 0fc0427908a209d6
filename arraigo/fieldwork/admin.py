"""These records in the admin, read-only."""

from arraigo.fieldwork.models import Attachment, Measurement, Photo, PrintBatch, Reprint, SignedPaper, Trip, Visit
from arraigo.people.admin import show

show(Attachment, Measurement, Photo, PrintBatch, Reprint, SignedPaper, Trip, Visit)
