from django.urls import path

from arraigo.web.operations import views

urlpatterns = [
    path("orders/", views.orders, name="operations_orders"),
    path("orders/print/", views.print_orders, name="operations_print"),
    path("orders/assign/", views.hand_over, name="operations_hand_over"),
    path("orders/swap/", views.swap, name="operations_swap"),
    path("orders/<str:number>/assign/", views.assign, name="operations_assign"),
    path("orders/<str:number>/pause/", views.pause, name="operations_pause"),
    path("orders/<str:number>/resume/", views.resume, name="operations_resume"),
    path("batches/<str:number>.pdf", views.batch_pdf, name="operations_batch"),
]
