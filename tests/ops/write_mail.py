"""Puts a mail that leaves tomorrow into the outbox of the environment's database: python -m tests.ops.write_mail"""

from datetime import timedelta

import django
from django.utils import timezone


def main() -> None:
    django.setup()
    from tests.factories import make_customer, make_mail, make_sender

    customer, now = make_customer(), timezone.now()
    make_mail(
        team=make_sender(team=customer.team).team,
        kind="storm",
        recipient_id=customer.pk,
        not_before=now + timedelta(days=1),
        valid_until=now + timedelta(days=2),
    )


if __name__ == "__main__":
    main()
