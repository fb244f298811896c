from anymail.signals import tracking
from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "crm.mail"
    label = "mail"

    def ready(self) -> None:
        from crm.mail.webhooks import heard

        tracking.connect(heard, dispatch_uid="crm.mail.webhooks")
