"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.products.models import Courtesy, Offering, Product

show(Courtesy, Offering, Product)
