from django.apps import AppConfig


class ProcedureConfig(AppConfig):
    name = "arraigo.procedure"
    label = "procedure"
