from django.apps import AppConfig


class BssConfig(AppConfig):
    name = "arraigo.bss"
    label = "bss"
