from allauth.account import views as account
from django.urls import include, path

from crm.health import healthz
from crm.views import home, leave_nothing

# Named one by one: the library's own list also offers sign-up and changing one's e-mail, which we do not.
login = [
    path("login/", account.login, name="account_login"),
    path("logout/", leave_nothing(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/<uidb36>-<key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("mfa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("", include("crm.team.urls")),
    path("", include("crm.mail.urls")),
    path("", include("followups.urls")),
    path("", include("contacts.urls")),
    path("segments/", include("segmentation.urls")),
    path("", include("feedback.urls")),
    path("account/", include(login)),
]
