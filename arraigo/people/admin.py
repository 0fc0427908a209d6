"""Django's admin: business records can be looked at, never changed; accounts are kept here.

Changes of records go through their actions, which write the events.
"""

import json
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success

from arraigo.eventlog.actions import record
from arraigo.eventlog.models import Event
from arraigo.people import actions, admin_names
from arraigo.people.models import Membership, Unit, User
from arraigo.workdays.models import ClockOffset, Holiday

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Membership, User]
    BaseUserAdmin = UserAdmin[User]
else:
    ModelAdmin, TabularInline, BaseUserAdmin = admin.ModelAdmin, admin.TabularInline, UserAdmin


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


admin_names.give()
admin.site.site_header = admin.site.site_title = "Arraigo"
COLUMNS = 6
ELSEWHERE = gettext_noop(
    "What tells of listings in the Central de Riesgos is not shown here: look in the customer's case, where every "
    "look is logged."
)


class ReadOnlyAdmin(ModelAdmin):
    """Shows records and changes none. The first columns of the table, the newest rows first."""

    list_per_page = 50
    list_select_related = True
    show_full_result_count = False
    ordering = ("-pk",)

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = [field.name for field in self.model._meta.concrete_fields if not isinstance(field, models.JSONField)]
        return shown[:COLUMNS]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [field.name for field in self.model._meta.concrete_fields if field.name in {"number", "code"}]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def show(*records: type[models.Model]) -> None:
    """Let the admin show these models, read-only."""
    admin.site.register(records, ReadOnlyAdmin)


class MembershipInline(TabularInline):
    model = Membership
    extra = 1


@admin.register(User)
class AccountAdmin(BaseUserAdmin):
    """Accounts with their roles. Each change leaves an event; accounts are closed, not deleted."""

    list_display = ("username", "first_name", "last_name", "is_active", "is_demo")
    inlines = (MembershipInline,)
    actions = ("take_second_factor",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Take the second step away (phone lost)"))
    def take_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        taken = sum(actions.remove_second_factor(user, actor=_actor(request)) for user in users)
        messages.success(request, gettext("Accounts without the second step now: %(count)s") % {"count": taken})

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        before = self.get_object(request, unquote(id))
        answer = super().user_change_password(request, id, form_url)
        if before and before.password != User.objects.values_list("password", flat=True).get(pk=before.pk):
            actions.record_password(before, actor=_actor(request))
        return answer

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        told = {
            "username": user.username,
            "is_active": user.is_active,
            "fields": form.changed_data,
            "roles": [f"{each.role} {each.unit.code}" for each in user.memberships.select_related("unit")],
        }
        kind = "user.changed" if change else "user.added"
        record(kind, user, actor=_actor(request), data=told)


admin.site.unregister((Authenticator, SocialAccount, SocialApp, SocialToken))  # keys are nobody's to read
admin.site.unregister((Group, EmailAddress))  # roles are memberships, the address is the account's
admin.site.unregister((Schedule, Success, Failure, OrmQ))  # who writes a schedule runs any function of the server


@admin.register(Schedule, Success, Failure)
class JobAdmin(ReadOnlyAdmin):
    """What the worker runs by itself, and how it went; read-only."""

    exclude = ("args", "kwargs", "result")

    def get_list_display(self, request: HttpRequest) -> Any:
        named = ("name", "func", "next_run", "started", "stopped", "success")
        there = {field.name for field in self.model._meta.concrete_fields}
        return [name for name in named if name in there]

    def get_ordering(self, request: HttpRequest) -> Any:
        """The latest first: the keys of what ran are drawn by chance."""
        return ("-pk",) if self.model is Schedule else ("-stopped",)


LISTINGS = "credit_list"
"""In kinds and data of events: they tell of listings in the Central de Riesgos, each look at which is logged."""


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The event log, without what it tells of credit listings."""

    exclude = ("data",)
    readonly_fields = ("told",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).exclude(kind__startswith=f"{LISTINGS}ing.")

    @admin.display(description=_("data"))
    def told(self, event: Event) -> str:
        text = json.dumps(event.data, ensure_ascii=False, indent=2)
        return gettext(ELSEWHERE) if LISTINGS in text else text

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"subtitle": gettext(ELSEWHERE), **(extra_context or {})})


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A unit as it is kept: who heads it works here, and no unit stands below itself."""

    class Meta:
        model = Unit
        fields = ("name", "code", "kind", "parent", "head", "plant_email")
        labels = {
            "name": _("Name"),
            "code": _("Code"),
            "kind": _("Kind"),
            "parent": _("Stands below"),
            "head": _("Head"),
        }
        help_texts = {
            "code": _("Small letters, digits and dashes. Files of zones name an operations centre by it; it stays."),
            "head": _("Has an account that is not closed. A unit may be made first and get its head later."),
        }

    def clean_parent(self) -> Unit | None:
        parent: Unit | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(_("It cannot stand below itself, or below a unit that stands below it."))
            above = above.parent
        return parent

    def clean_head(self) -> User | None:
        head: User | None = self.cleaned_data["head"]
        if head is not None and not head.is_active:
            raise forms.ValidationError(_("This account is closed: choose somebody who works here."))
        return head

    def clean_plant_email(self) -> str:
        address = self.cleaned_data["plant_email"]
        if address and self.cleaned_data.get("kind", self.instance.kind) != Unit.Kind.OPERATIONS_CENTER:
            raise forms.ValidationError(_("Only an operations centre sends orders on to plant."))
        return str(address)


@admin.register(Unit)
class UnitAdmin(ModelAdmin):
    """The units, kept here: each change leaves an event. Code and kind stay as they were made; none is deleted, since
    cases and accounts name them."""

    form = UnitForm
    list_display = ("name", "kind", "parent", "head", "plant_email")
    list_select_related = ("parent", "head")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> tuple[str, ...]:
        return ("code", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        told = {
            "code": obj.code, "name": obj.name, "kind": obj.kind, "parent": obj.parent and obj.parent.code,
            "head": obj.head and obj.head.username, "plant_email": obj.plant_email,
        }  # fmt: skip
        record("unit.changed" if change else "unit.added", obj, actor=_actor(request), data=told)


show(Holiday, ClockOffset)
