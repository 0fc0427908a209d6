from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "arraigo.orders"
    label = "orders"
