from django.urls import path

from arraigo.web.cases import opening
from arraigo.web.customers import entry, money, tickets, views

urlpatterns = [
    path("customers/", views.search, name="search"),
    path("customers/new/", entry.customer_new, name="customer_new"),
    path("customers/<str:number>/", views.customer, name="customer"),
    path("customers/<str:number>/change/", entry.customer_change, name="customer_change"),
    path("customers/<str:number>/products/new/", entry.product_new, name="product_new"),
    path("customers/<str:number>/tickets/new/", tickets.ticket_new, name="ticket_new"),
    path("customers/<str:number>/cases/new/", opening.case_new, name="case_new"),
    path("customers/<str:number>/timeline/", views.timeline, name="timeline"),
    path("customers/<str:number>/payments/new/", money.payment_new, name="payment_new"),
    path("customers/<str:number>/credit-listings/new/", money.credit_listing_new, name="credit_listing_new"),
    path("credit-listings/<key:pk>/lift/", money.credit_listing_lift, name="credit_listing_lift"),
    path("products/<str:number>/", entry.product, name="product"),
    path("products/<str:number>/solution/", views.solution, name="solution"),
    path("tickets/<str:number>/", tickets.ticket, name="ticket"),
    path("tickets/<str:number>/state/", tickets.ticket_state, name="ticket_state"),
    path("tickets/<str:number>/follow-up/", tickets.ticket_follow_up, name="ticket_follow_up"),
]
