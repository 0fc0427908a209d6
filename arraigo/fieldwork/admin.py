"""These records in the admin, read-only."""

from arraigo.fieldwork.models import Attachment, Measurement, PrintBatch, SignedPaper, Visit
from arraigo.people.admin import show

show(Attachment, Measurement, PrintBatch, SignedPaper, Visit)
