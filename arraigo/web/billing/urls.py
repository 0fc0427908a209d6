from django.urls import path

from arraigo.web.billing import months, terminations, views

urlpatterns = [
    path("claims/", views.claims, name="billing_claims"),
    path("claims/decided/", views.decided, name="billing_claims_decided"),
    path("claims/<str:number>/confirm/", views.confirm, name="billing_claim_confirm"),
    path("claims/<str:number>/refuse/", views.refuse, name="billing_claim_refuse"),
    path("months/", months.months, name="billing_months"),
    path("months/count/", months.count_bills, name="billing_months_count"),
    path("months/runs/<key:pk>/stop/", months.stop_run, name="billing_run_stop"),
    path("months/<month:month>/open/", months.open_bills, name="billing_month_open"),
    path("months/<month:month>/leave-out/", months.leave_out, name="billing_month_leave_out"),
    path("months/<month:month>/issue/", months.issue_bills, name="billing_month_issue"),
    path("terminations/", terminations.waiting, name="billing_terminations"),
    path("terminations/executed/", terminations.executed, name="billing_terminations_executed"),
    path("terminations/<str:number>/returned/", terminations.returned, name="billing_termination_returned"),
    path("terminations/<str:number>/", terminations.execute, name="billing_termination"),
]
