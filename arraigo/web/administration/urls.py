from django.urls import path

from arraigo.web.administration import views

urlpatterns = [
    path("units/", views.units, name="administration_units"),
    path("holidays/", views.holidays, name="administration_holidays"),
    path("holidays/<str:day>/remove/", views.holiday_remove, name="administration_holiday_remove"),
    path("holidays/<key:year>/fill/", views.holidays_fill, name="administration_holidays_fill"),
    path("versions/", views.versions, name="administration_versions"),
    path("commands/", views.commands, name="administration_commands"),
    path("commands/<key:pk>/", views.command, name="administration_command"),
    path("clock/", views.move_clock, name="administration_clock"),
]
