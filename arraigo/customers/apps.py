from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "arraigo.customers"
    label = "customers"
