from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "arraigo.billing"
    label = "billing"
