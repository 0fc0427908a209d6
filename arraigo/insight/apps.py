from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "arraigo.insight"
    label = "insight"
