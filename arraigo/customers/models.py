"""Members and customers, how to reach them, and their listings in the credit bureau."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import ExternalRecord, Record, known_words


class Customer(ExternalRecord):
    """A holder of a share certificate (member) or another customer (TMF629 customer)."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("Member")
        CUSTOMER = "customer", _("Customer")

    class Category(models.TextChoices):
        STANDARD = "standard", _("Standard")
        BUSINESS = "business", _("Business")
        VIP = "vip", _("VIP")

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CUSTOMER)
    name = models.CharField(max_length=160)
    document = models.CharField(max_length=24, blank=True)
    category = models.CharField(max_length=12, choices=Category.choices, default=Category.STANDARD)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=200, blank=True)
    zone = models.ForeignKey("network.Zone", models.PROTECT, null=True, blank=True, related_name="customers")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)
    deceased_on = models.DateField(null=True, blank=True)
    notices_allowed = models.BooleanField(default=False)
    """Consent to messages by phone or e-mail."""

    @known_words(kind=Kind, category=Category)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [models.Index(fields=["document"]), models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name


class Phone(Record):
    """A telephone of a customer, kept as E.164 (+591…)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="phones")
    number = models.CharField(max_length=20)
    is_mobile = models.BooleanField(default=True)
    is_contact = models.BooleanField(default=False)
    """The one to call first."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="phone_unique"),
            models.UniqueConstraint(fields=["customer"], name="phone_one_contact", condition=Q(is_contact=True)),
        ]
        indexes = [models.Index(fields=["number"])]

    def __str__(self) -> str:
        return self.number


class SearchToken(Record):
    """One folded word, number or phonetic key under which a customer can be found."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="search_tokens")
    token = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "customer"], name="search_token_unique")]

    def __str__(self) -> str:
        return self.token


class CreditListing(ExternalRecord):
    """A listing in the Central de Riesgos (step 1.1)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credit_listings")
    bureau = models.CharField(max_length=60)
    listed_on = models.DateField()
    lifted_on = models.DateField(null=True, blank=True)

    class Meta(ExternalRecord.Meta):
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lifted_on=None) | Q(lifted_on__gte=models.F("listed_on")),
                name="credit_listing_lifted_after_listed",
            ),
        ]
        indexes = [models.Index(fields=["customer", "lifted_on"])]

    def __str__(self) -> str:
        return f"{self.bureau} {self.listed_on}"


class CreditLook(Record):
    """A look at a customer's credit listings: every one is logged."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credit_looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["customer", "-at"])]

    def __str__(self) -> str:
        return f"{self.by} {self.at}"
