from django.urls import path

from arraigo.web.desk import views

urlpatterns = [
    path("cases/<str:number>/call-back/", views.callback_new, name="callback_new"),
    path("cases/<str:number>/hand-over/", views.hand_over, name="case_hand_over"),
    path("customers/<str:number>/take-over/", views.take_over, name="case_take_over"),
    path("calls/", views.calls, name="calls"),
    path("calls/made/", views.calls_made, name="calls_made"),
    path("calls/<key:pk>/", views.callback_done, name="callback_done"),
    path("drafts/", views.keep_draft, name="draft_keep"),
    path("here/<str:kind>/<str:number>/", views.here, name="presence"),
]
