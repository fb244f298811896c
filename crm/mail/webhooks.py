"""What a provider reports of a mail that left by its API, read by Anymail: the same as the mailbox hears by IMAP."""

import hashlib
import re

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.utils import timezone

from crm.mail import returns
from crm.mail.incoming import means_no_address, status_in
from crm.mail.models import OutgoingMail, Return

What = Return.What

_PASSES = re.compile(r"temporar|soft ?bounce", re.IGNORECASE)
_BY_REASON = {RejectReason.SPAM: What.COMPLAINED, RejectReason.UNSUBSCRIBED: EventType.UNSUBSCRIBED}


def provider() -> str:
    """The one that mail leaves by, as Anymail names its modules; "" if it is none, or its reports are not guarded."""
    package, _, rest = settings.EMAIL_BACKEND.partition(".backends.")
    is_guarded = bool(settings.ANYMAIL.get("WEBHOOK_SECRET") or settings.ANYMAIL_WEBHOOK_SECRET)
    return rest.partition(".")[0] if package == "anymail" and is_guarded else ""


def heard(event: AnymailTrackingEvent, **_more: object) -> None:
    """A receiver of `anymail.signals.tracking`. What is not about a mail of ours is left alone."""
    what = _what(event)
    mail = _mail(event) if what else None
    if mail is None:
        return
    now, key = timezone.now(), _key(event)
    detail = event.mta_response or event.description or ""
    match what:
        case EventType.UNSUBSCRIBED:
            returns.opted_out(mail, now=now)
        case What.COMPLAINED:
            returns.complained(mail, now=now, key=key)
        case What.BOUNCED:
            returns.bounced(mail, now=now, key=key, detail=detail)
        case _:
            returns.remarked(mail, what, now=now, key=key, detail=detail)


def _what(event: AnymailTrackingEvent) -> str:
    match event.event_type:
        case EventType.UNSUBSCRIBED:
            return EventType.UNSUBSCRIBED
        case EventType.COMPLAINED:
            return What.COMPLAINED
        case EventType.DEFERRED:
            return What.DELAYED
        case EventType.BOUNCED | EventType.REJECTED | EventType.FAILED:
            return _BY_REASON.get(event.reject_reason) or _failure(event)
    return ""


def _failure(event: AnymailTrackingEvent) -> Return.What:
    """By the status that the customer's server gave; without one, by the provider's word."""
    if status := status_in(event.mta_response or ""):
        return What.BOUNCED if means_no_address(status) else What.REFUSED
    is_hard = event.reject_reason in (RejectReason.BOUNCED, RejectReason.INVALID)
    return What.BOUNCED if is_hard and not _PASSES.search(event.description or "") else What.REFUSED


def _mail(event: AnymailTrackingEvent) -> OutgoingMail | None:
    mails = OutgoingMail.objects.select_related("team")
    by_id = mails.filter(provider_id=event.message_id).first() if event.message_id else None
    return by_id or mails.filter(public_id=(event.metadata or {}).get("mail", "")).first()


def _key(event: AnymailTrackingEvent) -> str:
    named = event.event_id or f"{event.event_type} {event.timestamp}"
    return hashlib.sha256(named.encode()).hexdigest()
