from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from arraigo.web.accounts import second_factor, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="login"),
    # allauth leads here by its own names.
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", second_factor.sign_in_code, name="mfa_authenticate"),
    path("sign-in/with/<slug:provider_id>/", second_factor.provider_sign_in, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", second_factor.provider_answer, name="openid_connect_callback"),
    path("account/again/", second_factor.password_again, name="account_reauthenticate"),
    path("account/again/code/", second_factor.code_again, name="mfa_reauthenticate"),
    path("account/second-factor/", second_factor.index, name="mfa_index"),
    path("account/second-factor/on/", second_factor.activate, name="mfa_activate_totp"),
    path("account/second-factor/off/", second_factor.deactivate, name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", second_factor.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes/file/", second_factor.recovery_codes_file, name="mfa_download_recovery_codes"),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("account/notices/", views.choose_notices, name="account_notices"),
    path("language/", set_language, name="set_language"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/read/", views.notices_read, name="notices_read"),
    path("notices/<key:pk>/read/", views.notice_read, name="notice_read"),
]
