"""Letters as the customer will see them, in the frame beside what is being written."""

import re
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from contacts.actions import LETTER_KEEPS
from contacts.letters.kinds import LETTER
from crm.mail.actions import Content, Recipient, compose
from crm.mail.models import Sender
from crm.team.models import Team


def sender_of(team: Team) -> Sender | None:
    return Sender.objects.filter(team=team).first()


def show_letter(
    request: HttpRequest,
    *,
    sender: Sender,
    to: Recipient,
    content: Content,
    advertising: bool,
    **more: object,
) -> HttpResponse:
    """The whole mail, under a head with its subject, and over its plain text."""
    seen = Recipient(to.name, to.email, to.language, basis="-")
    mail = compose(
        sender=sender, kind=LETTER, key=str(uuid4()), to=seen, content=content, now=timezone.now(),
        valid_for=LETTER_KEEPS, advertising=advertising,
    )  # fmt: skip
    context = {"mail": mail, "to": to} | more
    head = render_to_string("contacts/letter_frame_head.html", context)
    foot = render_to_string("contacts/letter_frame_foot.html", context)
    return HttpResponse(between(mail.html, head, foot))


def between(html: str, head: str, foot: str) -> str:
    """The page with `head` first and `foot` last in its body; ValueError if it has none."""
    start, body, rest = re.split(r"(<body\b[^>]*>)", html, maxsplit=1)
    letter, end = rest.rsplit("</body>", 1)
    return f"{start}{body}{head}{letter}{foot}</body>{end}"


def show_problems(request: HttpRequest, problems: list[str]) -> HttpResponse:
    """What keeps the letter from being shown."""
    return render(request, "contacts/letter_frame_problems.html", {"problems": problems})


def problems_of(error: ValidationError) -> list[str]:
    return list(error.messages)
