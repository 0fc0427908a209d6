from django.urls import path

from arraigo.web.administration import imports, views

urlpatterns = [
    path("imports/", imports.imports, name="administration_imports"),
    path("imports/<key:pk>/", imports.import_run, name="administration_import"),
    path("imports/<key:pk>/progress/", imports.import_progress, name="administration_import_progress"),
    path("imports/<key:pk>/rejects/", imports.import_rejects, name="administration_import_rejects"),
    path("imports/<key:pk>/mapping/", imports.import_mapping, name="administration_import_mapping"),
    path("imports/<key:pk>/undo/", imports.import_undo, name="administration_import_undo"),
    path("units/", views.units, name="administration_units"),
    path("holidays/", views.holidays, name="administration_holidays"),
    path("holidays/<str:day>/remove/", views.holiday_remove, name="administration_holiday_remove"),
    path("holidays/<key:year>/fill/", views.holidays_fill, name="administration_holidays_fill"),
    path("versions/", views.versions, name="administration_versions"),
    path("commands/", views.commands, name="administration_commands"),
    path("commands/<key:pk>/", views.command, name="administration_command"),
    path("clock/", views.move_clock, name="administration_clock"),
]
