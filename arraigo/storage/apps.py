from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "arraigo.storage"
    label = "storage"
