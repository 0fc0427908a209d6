from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "arraigo.network"
    label = "network"
