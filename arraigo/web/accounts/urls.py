from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from arraigo.web.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("account/notices/", views.choose_notices, name="account_notices"),
    path("language/", set_language, name="set_language"),
    path("notices/<key:pk>/read/", views.notice_read, name="notice_read"),
]
