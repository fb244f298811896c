"""What the outbox would be without its hand-off: a batch is taken, sent, and then marked. To be killed.

python -m tests.load.storm.naive
"""

import time

import django
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

BATCH = 50


def send_batch() -> int:
    from crm.mail.carriers import Carriers
    from crm.mail.models import OutgoingMail

    now = timezone.now()
    OutgoingMail.objects.let_go_expired(now=now)
    mails = OutgoingMail.objects.claim(now=now, lease=settings.MAIL_LEASE, most=BATCH)
    with Carriers() as carriers:
        for mail in mails:
            carrier = carriers.of(mail)
            carrier.take(mail)
            carrier.hand_over()
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(state="sent", claim="")
    return len(mails)


def main() -> None:
    django.setup()
    while True:
        try:
            sent = send_batch()
        except Error:
            connection.close()
            sent = 0
        time.sleep(0 if sent else 0.5)


if __name__ == "__main__":
    main()
