"""SMTP in steps, so that what is said before the point of no return and after it are told apart."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.mail import DNS_NAME

from crm.mail.carriers import NotSent, Refused, TryLater, Uncertain, Unreachable
from crm.mail.message import ascii_address, on_the_wire
from crm.mail.models import OutgoingMail

CONNECT, COMMAND, DELIVERY = 10, 30, 120  # seconds that the server has for its answer
MOST_MAILS, MOST_IDLE = 100, 30  # mails on one connection, and seconds between two

_NO = (4, 5)  # the only first digits by which a server says that it has not taken what it was given
_AT_THE_SERVER = {
    421,
    530,
    534,
    535,
    538,
    454,
}  # it closes, or wants TLS or another log-in: of no mail in particular
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.(1|2|10)\b")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Smtp:
    """One connection to the server that EMAIL_URL names, opened when it is needed and used for many mails."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None
        self._message = b""
        self._mails, self._used_at = 0, 0.0

    def take(self, mail: OutgoingMail) -> None:
        try:
            self._message = on_the_wire(mail)
            sender = ascii_address(settings.BOUNCE_ADDRESS or mail.from_email)
            recipient = ascii_address(mail.to_email)
        except ValueError as error:
            raise Refused(error) from error
        server = self._connected()
        self._mails += 1
        size = [f"size={len(self._message)}"] if server.has_extn("size") else []
        self._say(lambda: server.mail(sender, size))
        self._say(lambda: server.rcpt(recipient), is_recipient=True)

    def hand_over(self) -> tuple[str, str]:
        server = self._server
        self._say(lambda: server.docmd("DATA"), good=3)
        try:
            server.sock.settimeout(DELIVERY)
            server.send(_LEADING_DOT.sub(b"..", self._message) + b".\r\n")
            code, text = server.getreply()
            server.sock.settimeout(COMMAND)
        except OSError as error:
            self._hang_up()
            raise Uncertain(f"The connection broke after the mail was given ({_named(error)}).") from error
        self._used_at = time.monotonic()
        if code // 100 == 2:
            return _in_words(code, text), ""
        if code // 100 in _NO:
            raise self._negative(code, text)
        self._hang_up()
        raise Uncertain(
            f"The mail was given, and the server’s answer is no answer ({_in_words(code, text)})."
        )

    def drop(self) -> None:
        """The next mail begins with a RSET."""
        self._message = b""

    def close(self) -> None:
        if self._server:
            with suppress(OSError):
                self._server.quit()
        self._hang_up()

    def _connected(self) -> smtplib.SMTP:
        if self._mails >= MOST_MAILS or time.monotonic() - self._used_at > MOST_IDLE:
            self.close()
        if self._server and not self._is_alive():
            self._hang_up()
        if not self._server:
            self._server = self._connect()
        self._used_at = time.monotonic()
        return self._server

    def _is_alive(self) -> bool:
        with suppress(OSError):
            return self._server.rset()[0] == 250
        return False

    def _connect(self) -> smtplib.SMTP:
        try:
            return _open()
        except (OSError, ValueError) as error:
            raise Unreachable(_said(error)) from error

    def _hang_up(self) -> None:
        if self._server:
            self._server.close()
        self._server, self._mails = None, 0

    def _say(
        self, command: Callable[[], tuple[int, bytes]], *, good: int = 2, is_recipient: bool = False
    ) -> None:
        try:
            code, text = command()
        except OSError as error:
            self._hang_up()
            raise TryLater(f"The connection broke before the mail was given ({_named(error)}).") from error
        if code // 100 == good:
            return
        if code // 100 not in _NO:
            self._hang_up()  # who knows to what it was an answer, and to what the next one is
        raise self._negative(code, text, is_recipient=is_recipient)

    def _negative(self, code: int, text: bytes, *, is_recipient: bool = False) -> NotSent:
        said = _in_words(code, text)
        if code in _AT_THE_SERVER:
            self._hang_up()
            return Unreachable(said)
        if code // 100 == 5:
            return Refused(said, no_such_address=is_recipient and bool(_NO_SUCH_ADDRESS.search(said)))
        return TryLater(said)


def _open() -> smtplib.SMTP:
    """A connection on which mail may be given. OSError (of which SMTPException is one)."""
    where = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT, "timeout": CONNECT}
    if settings.EMAIL_USE_SSL:
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(**where, local_hostname=DNS_NAME.get_fqdn(), context=context)
    else:
        server = smtplib.SMTP(**where, local_hostname=DNS_NAME.get_fqdn())
    try:
        server.sock.settimeout(COMMAND)
        server.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except BaseException:
        server.close()
        raise
    return server


def _in_words(code: int, text: bytes) -> str:
    return f"{code} {' '.join(text.decode(errors='replace').split())}"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _in_words(error.smtp_code, bytes(error.smtp_error))
    return f"The mail server could not be reached ({_named(error)})."


def _named(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
