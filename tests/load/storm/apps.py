from datetime import datetime

from django.apps import AppConfig


class StormConfig(AppConfig):
    name = "tests.load.storm"
    label = "storm"

    def ready(self) -> None:
        from crm.mail import quiet
        from crm.mail.kinds import Kind, register

        # It storms at night and on Sundays, too.
        quiet.open_from = lambda at, **_where: at
        register(Kind("storm", "Storm", why_not=_why_not, sent=_sent))


def _why_not(mail: object, now: datetime) -> str:
    """As a reminder does, ask for the customer."""
    from contacts.models import Customer

    return "" if Customer.objects.filter(pk=mail.recipient_id).exists() else "gone"


def _sent(mail: object, now: datetime) -> None:
    from contacts.models import Customer

    Customer.objects.filter(pk=mail.recipient_id).update(town="written to")
