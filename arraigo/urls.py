"""Every route, by area."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.generic import RedirectView

from arraigo.web.converters import KeyConverter, MonthConverter

register_converter(KeyConverter, "key")
register_converter(MonthConverter, "month")

# Django's admin has no sign-in of its own: it would know neither the second factor nor our refusals. Who gets
# past `web.access.Guard` to its address is signed in.
admin.site.login = RedirectView.as_view(pattern_name="admin:index")  # type: ignore[assignment, method-assign]
# Nor a change of the own password: My account has it.
admin.site.password_change = RedirectView.as_view(pattern_name="account")  # type: ignore[assignment, method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    # A browser that shows a PDF asks for this name.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}icon.svg"), name="favicon"),
    path("", include("arraigo.web.accounts.urls")),
    path("", include("arraigo.web.customers.urls")),
    path("", include("arraigo.web.cases.urls")),
    path("", include("arraigo.web.desk.urls")),
    path("team/", include("arraigo.web.team_lead.urls")),
    path("morning/", include("arraigo.web.morning.urls")),
    path("tray/", include("arraigo.web.tray.urls")),
    path("operations/", include("arraigo.web.operations.urls")),
    path("visits/", include("arraigo.web.technician.urls")),
    path("controls/", include("arraigo.web.controls.urls")),
    path("evaluations/", include("arraigo.web.management.urls")),
    path("billing/", include("arraigo.web.billing.urls")),
    path("administration/messages/", include("arraigo.web.messages.urls")),
    path("administration/", include("arraigo.web.administration.urls")),
    path("admin/", admin.site.urls),
]

handler403 = handler404 = "arraigo.web.errors.page_not_found"
handler500 = "arraigo.web.errors.server_error"
