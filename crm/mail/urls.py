from django.urls import path

from crm.mail.views.unsubscribe import unsubscribe

app_name = "mail"
urlpatterns = [
    path("u/<str:token>/", unsubscribe, name="unsubscribe"),
]
