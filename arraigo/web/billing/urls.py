from django.urls import path

from arraigo.web.billing import views

urlpatterns = [
    path("", views.claims, name="billing_claims"),
    path("decided/", views.decided, name="billing_claims_decided"),
    path("<str:number>/confirm/", views.confirm, name="billing_claim_confirm"),
    path("<str:number>/refuse/", views.refuse, name="billing_claim_refuse"),
]
