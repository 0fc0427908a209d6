"""What happens with work orders in the field: print batches, visits, signed papers (steps 6–8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import Record, known_words


class Task(models.TextChoices):
    """The Xpress tasks (step 7.1)."""

    WIFI_COVERAGE = "wifi_coverage", _("Wi-Fi coverage: access point or outlet relocation")
    SIGNAL_STABILITY = "signal_stability", _("Unstable signal: up to two devices cabled")
    TV_WIRING = "tv_wiring", _("TV problems: inner cabling or connectors")
    DROP_CABLE_REPLACEMENT = "drop_cable_replacement", _("Frequent cuts: drop cable replaced")
    PHONE_EXTENSION = "phone_extension", _("Telephone extension wiring")


class Paper(models.TextChoices):
    """The documents that a visit leaves signed (step 8.1)."""

    WORK_ORDER = "work_order", _("Work order")
    SERVICE_REPORT = "service_report", _("Service report")
    FAULT_REPORT = "fault_report", _("Technical fault report")


class Opened(models.Model):
    """A file that is counted when it is opened: who has it may print it, as often as they like."""

    opened_at = models.DateTimeField(null=True)
    """The first time."""
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    openings = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class PrintBatch(Opened, Record):
    """Work orders printed together: who and when (step 6). The same orders print again alike."""

    number = models.CharField(max_length=24, unique=True)
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    operations_center = models.ForeignKey("people.Unit", models.PROTECT, null=True, related_name="+")
    work_orders = models.ManyToManyField("orders.WorkOrder", related_name="print_batches")
    contents = models.JSONField(default=dict)
    """What the paper says (`documents.contents`): later changes of its orders do not reach it."""

    def __str__(self) -> str:
        return self.number


class Reprint(Opened, Record):
    """Another printing of a batch, alike to the first but for its mark: the how manieth, who and when."""

    batch = models.ForeignKey(PrintBatch, models.PROTECT, related_name="reprints")
    number = models.PositiveSmallIntegerField()
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=300)
    """The name of who printed as it was then: the mark says it ever after."""

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="reprint_unique")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"


class Attachment(Record):
    """A photo or a signature. Kept in the database, where every node finds it and a backup takes it."""

    sha256 = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.sha256[:12]


class Trip(Record):
    """A technician's way to the customer of one order: set out, then arrived or found nobody (step 7).

    Nobody at home is proved by the photo; it is the evidence that pauses the 24 hours.
    """

    work_order = models.ForeignKey("orders.WorkOrder", models.PROTECT, related_name="trips")
    technician = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="trips")
    left_at = models.DateTimeField(null=True)
    """Unknown where the technician only said that they had arrived."""
    arrived_at = models.DateTimeField(null=True)
    absent_at = models.DateTimeField(null=True)
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    """What was tried: bell, call, neighbour."""

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_order"], name="trip_one_open", condition=Q(arrived_at=None, absent_at=None)
            ),
            models.CheckConstraint(condition=Q(arrived_at=None) | Q(absent_at=None), name="trip_arrived_or_absent"),
            models.CheckConstraint(
                condition=Q(absent_at=None, photo=None) | Q(absent_at__isnull=False, photo__isnull=False),
                name="trip_absence_has_photo",
            ),
            models.CheckConstraint(condition=~Q(left_at=None, arrived_at=None, absent_at=None), name="trip_has_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.left_at or self.arrived_at}"


class Photo(Record):
    """A photo of the work, kept as soon as it is taken: whatever happens to the form, it is there."""

    class Moment(models.TextChoices):
        BEFORE = "before", _("Before the work")
        AFTER = "after", _("After the work")
        REFUSAL = "refusal", _("Refusal to sign")

    work_order = models.ForeignKey("orders.WorkOrder", models.PROTECT, related_name="photos")
    moment = models.CharField(max_length=8, choices=Moment.choices)
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    @known_words(moment=Moment)
    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "moment", "attachment"], name="photo_once_a_moment")
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.moment}"


class NotMeasured(models.TextChoices):
    """Why a reading that a task asks for could not be taken."""

    NO_SIGNAL = "no_signal", _("The service was cut: nothing to measure")
    NO_METER = "no_meter", _("The meter is missing or does not work")
    NO_ACCESS = "no_access", _("The measuring point cannot be reached")
    OTHER = "other", _("Another reason, under “What was found”")


class NotSolved(models.TextChoices):
    """Why an order could not be solved on site (step 7)."""

    PLANT = "plant", _("Fault in the outside plant")
    NO_CAPACITY = "no_capacity", _("No port or capacity")
    BUILDING = "building", _("The building does not allow the work")
    CUSTOMER_EQUIPMENT = "customer_equipment", _("Customer's own equipment")
    MATERIAL = "material", _("Material missing")
    OTHER = "other", _("Other")


class Visit(Record):
    """The technician's visit for one work order (step 7)."""

    work_order = models.OneToOneField("orders.WorkOrder", models.PROTECT, related_name="visit")
    technician = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits")
    arrived_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)
    cause = models.CharField(max_length=60, blank=True)
    """Why it could not be solved, a value of `NotSolved`; empty where it was."""
    tasks = models.JSONField(default=list)
    """Values of `Task` carried out."""
    details = models.JSONField(default=dict)
    """What each task was: {task: {name: value}}, as `details.DETAILS` lists them."""
    findings = models.TextField(blank=True)
    not_measured = models.CharField(max_length=12, choices=NotMeasured.choices, blank=True)
    """Why a reading that the tasks ask for was not taken; empty where all were."""
    materials = models.JSONField(default=list)
    """[{"name": …, "quantity": number, "unit": …}]"""

    @known_words(not_measured=["", *NotMeasured])
    class Meta:
        pass

    def __str__(self) -> str:
        return f"{self.work_order_id}"


class Measurement(Record):
    """A reading before and after the work, on one product."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="measurements")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    unit = models.CharField(max_length=12)
    before = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    after = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    working = models.BooleanField(default=True)
    """The service was left working (step 8)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "product", "name"], name="measurement_unique")]

    def __str__(self) -> str:
        return self.name


class SignedPaper(Record):
    """A document that the customer signed, or that nobody signed, with reason and photo (step 8.1)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="papers")
    paper = models.CharField(max_length=16, choices=Paper.choices)
    number = models.CharField(max_length=24, unique=True)
    signer_name = models.CharField(max_length=120, blank=True)
    signer_document = models.CharField(max_length=24, blank=True)
    signature = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    refusal_reason = models.TextField(blank=True)
    """Why nobody signed: the customer's reason to refuse, or where the customer was."""
    signer_absent = models.BooleanField(default=False)
    """Nobody was there to sign, and so nobody refused."""
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    contents = models.JSONField(null=True)
    """What the paper said when it was signed (`signed.freeze`): later changes of the records do not reach it.

    None where it was signed before papers were frozen, until it is asked for (`actions.keep_paper`).
    """

    @known_words(paper=Paper)
    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "paper"], name="signed_paper_unique"),
            models.CheckConstraint(
                condition=Q(signature__isnull=False, refusal_reason="") & ~Q(signer_name="")
                | Q(signature=None, photo__isnull=False) & ~Q(refusal_reason=""),
                name="signed_paper_signed_or_refused",
            ),
            models.CheckConstraint(
                condition=Q(signer_absent=False) | Q(signature=None), name="signed_paper_absent_is_unsigned"
            ),
        ]

    def __str__(self) -> str:
        return self.number
