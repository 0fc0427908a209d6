from django.apps import AppConfig


class TerminationsConfig(AppConfig):
    name = "arraigo.terminations"
    label = "terminations"
