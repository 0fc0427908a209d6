from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "arraigo.products"
    label = "products"
