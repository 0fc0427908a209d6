from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "arraigo.engine"
    label = "engine"
