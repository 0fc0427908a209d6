from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "arraigo.fieldwork"
    label = "fieldwork"
