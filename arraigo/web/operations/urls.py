from django.urls import path

from arraigo.web.operations import batches, views

urlpatterns = [
    path("orders/", views.orders, name="operations_orders"),
    path("orders/print/", views.print_orders, name="operations_print"),
    path("orders/assign/", views.hand_over, name="operations_hand_over"),
    path("orders/swap/", views.swap, name="operations_swap"),
    path("orders/<str:number>/assign/", views.assign, name="operations_assign"),
    path("orders/<str:number>/pause/", views.pause, name="operations_pause"),
    path("orders/<str:number>/resume/", views.resume, name="operations_resume"),
    path("batches/", batches.batches, name="operations_batches"),
    path("batches/<str:number>.pdf", batches.batch_pdf, name="operations_batch"),
    path("batches/<str:number>/", batches.batch, name="operations_batch_page"),
    path("batches/<str:number>/reprint/", batches.reprint, name="operations_reprint"),
]
