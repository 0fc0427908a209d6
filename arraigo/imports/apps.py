from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "arraigo.imports"
    label = "imports"
