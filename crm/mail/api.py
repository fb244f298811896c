"""Mail by the API of a provider, through Anymail."""

from uuid import NAMESPACE_URL, uuid5

import requests
from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from urllib3.exceptions import NewConnectionError

from crm.mail.carriers import NotSent, Refused, Uncertain, Unreachable
from crm.mail.message import ascii_address, headers, mailbox
from crm.mail.models import OutgoingMail

_BREVO = "Brevo"  # wants the key as a header of the mail
IDEMPOTENCY_KEY = "Idempotency-Key"

_NOT_OPENED = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
_NO_LOG_IN, _TOO_MANY, _IN_WORK = {401, 403}, 429, {408, 409, 425}


class Api:
    """Which provider EMAIL_URL says, its keys are in ANYMAIL."""

    def __init__(self) -> None:
        self._backend = None
        self._message: EmailMultiAlternatives | None = None

    def take(self, mail: OutgoingMail) -> None:
        try:
            backend = self._opened()
        except (AnymailConfigurationError, ImproperlyConfigured, ImportError) as error:
            raise Unreachable(_first_line(error)) from error
        try:
            self._message = _message(mail)
            _mark_once(backend, self._message)
            backend.build_message_payload(self._message, backend.send_defaults)
        except (AnymailError, ValueError) as error:
            raise Refused(_first_line(error)) from error

    def hand_over(self) -> tuple[str, str]:
        try:
            self._backend.send_messages([self._message])
        except AnymailError as error:
            raise _failure(error) from error
        status = self._message.anymail_status
        return ", ".join(sorted(filter(None, status.status))), status.message_id or ""

    def drop(self) -> None:
        self._message = None

    def close(self) -> None:
        if self._backend:
            self._backend.close()
        self._backend = None

    def _opened(self) -> object:
        if not self._backend:
            backend = import_string(settings.EMAIL_BACKEND)()
            backend.open()
            self._backend = backend
        return self._backend


def _failure(error: AnymailError) -> NotSent | Uncertain:
    if error.status_code is None:
        return _broken(error)
    said = f"{error.status_code} {_reason(error)}"
    if error.status_code in _NO_LOG_IN or error.status_code == _TOO_MANY:
        return Unreachable(said)
    if error.status_code in _IN_WORK:
        return Uncertain(said)
    if error.status_code // 100 == 4:
        return Refused(said)
    return Unreachable(said) if error.status_code == 503 else Uncertain(said)


def _broken(error: AnymailError) -> NotSent | Uncertain:
    """Without an answer: what counts is whether the provider had heard anything."""
    if not isinstance(error, AnymailAPIError):
        return Refused(_first_line(error))
    cause = error.__cause__ or error
    if isinstance(cause, _NOT_OPENED) or _found_nobody(cause):
        return Unreachable(type(cause).__name__)
    return Uncertain(type(cause).__name__)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mailbox(mail.from_name, ascii_address(mail.from_email)),
        to=[mailbox(mail.to_name, ascii_address(mail.to_email))],
        headers=dict(headers(mail)),
    )
    message.attach_alternative(mail.html, "text/html")
    # Comes back with each event that the provider tells of.
    message.metadata = {"mail": mail.public_id, "idempotency_key": _key(mail)}
    return message


def _key(mail: OutgoingMail) -> str:
    """The same for each attempt at one mail. Hashed, for ours says who bought when, which is not for the provider."""
    return salted_hmac("crm.mail.api", mail.idempotency_key, algorithm="sha256").hexdigest()


def _mark_once(backend: object, message: EmailMultiAlternatives) -> None:
    """Tell the key in each of the ways that providers know; who knows none, leaves it unread.

    Providers forget it, some within half an hour: it helps a person who sends again, and nothing relies on it.
    """
    key = message.metadata["idempotency_key"]
    if session := getattr(backend, "session", None):
        session.headers[IDEMPOTENCY_KEY] = key
    if backend.esp_name == _BREVO:
        message.extra_headers["idempotencyKey"] = str(uuid5(NAMESPACE_URL, key))


def _found_nobody(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _reason(error: AnymailError) -> str:
    """What the provider says; it may quote the address, so it goes into the mail's row and not into a log."""
    return " ".join(error.response.text.split())[:300]


def _first_line(error: Exception) -> str:
    return str(error.args[0] if error.args else type(error).__name__).partition("\n")[0]
