from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "arraigo.quality"
    label = "quality"
