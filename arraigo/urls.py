"""Every route, by area."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("arraigo.web.accounts.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "arraigo.web.errors.page_not_found"
handler500 = "arraigo.web.errors.server_error"
