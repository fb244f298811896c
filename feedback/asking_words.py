"""What customers are asked, in their language."""

from datetime import date
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.letters import language_of, values_for
from contacts.models import Customer
from crm.mail.actions import Content
from crm.mail.models import LANGUAGES, Sender
from feedback.links import rating_url
from feedback.models import Invitation, Ticket, Value
from feedback.models.invitation import SCORES

Question = Invitation.Question
_DATES = {"en": "j F Y", "de": "j. F Y", "ka": "j F, Y"}
_MAILS = {Question.TICKET: "feedback/mail/rating", Question.RECOMMEND: "feedback/mail/recommend"}


def content_of(invitation: Invitation, *, sender: Sender, language: str) -> Content:
    """The mail that asks, in that language: subject, text and HTML."""
    customer, name = invitation.customer, _MAILS[invitation.question]
    with translation.override(language):
        context = {
            "greeting": values_for(customer, sender=sender, language=language)["greeting"],
            "sender": sender,
            "about": about(invitation, language) if invitation.ticket else "",
            "employee": invitation.rated,
            "again": invitation.again_after_id is not None,
            "links": {value: rating_url(invitation, value) for value in Value.values},
            "scores": [(score, rating_url(invitation, score)) for score in SCORES],
        }
        parts = (f"{name}_subject.txt", f"{name}.txt", f"{name}.html")
        return Content(*(render_to_string(part, context).strip() for part in parts))


def about(invitation: Invitation, language: str) -> str:
    """ "Your question of 2 November 2026", in the language that is on."""
    ticket = invitation.ticket
    words = {
        Ticket.Kind.QUESTION: _("Your question of %(day)s"),
        Ticket.Kind.COMPLAINT: _("Your complaint of %(day)s"),
        Ticket.Kind.CALLBACK: _("The call you asked for on %(day)s"),
        Ticket.Kind.SERVICE: _("Your service request of %(day)s"),
    }
    opened = ticket.opened_at.astimezone(ZoneInfo(invitation.team.time_zone)).date()
    return words[invitation.ticket_kind or ticket.kind] % {"day": day_in(opened, language)}


def day_in(day: date, language: str) -> str:
    """ "2 November 2026", in the language that is on."""
    return date_format(day, _DATES[language])


def language_for(customer: Customer, wanted: str = "") -> str:
    """The language that is asked for, if it is one of ours, else that in which the customer is written to."""
    if wanted in dict(LANGUAGES):
        return wanted
    sender = getattr(customer.team, "sender", None)
    return language_of(customer, sender) if sender else customer.language or "en"
