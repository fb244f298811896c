from django.urls import path

from crm.mail.views import mail, outbox
from crm.mail.views.domain import domain
from crm.mail.views.health import health
from crm.mail.views.sender import sender
from crm.mail.views.unsubscribe import unsubscribe
from crm.mail.views.webhook import webhook

app_name = "mail"
urlpatterns = [
    path("u/<str:token>/", unsubscribe, name="unsubscribe"),
    path("mail/webhooks/<path:path>", webhook, name="webhook"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/pause/", outbox.pause, name="pause"),
    path("outbox/go-on/", outbox.go_on, name="go_on"),
    path("outbox/health/", health, name="health"),
    path("outbox/domain/", domain, name="domain"),
    path("outbox/<int:pk>/", mail.mail, name="mail"),
    path("outbox/<int:pk>/body/", mail.body, name="body"),
    path("outbox/<int:pk>/again/", mail.again, name="again"),
    path("outbox/<int:pk>/delivered/", mail.delivered, name="delivered"),
    path("outbox/<int:pk>/take-out/", mail.take_out, name="take_out"),
    path("outbox/<int:pk>/put-back/", mail.put_back, name="put_back"),
    path("settings/mail/", sender, name="sender"),
]
