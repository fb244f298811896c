"""SMTP in steps, so that what is said before the point of no return and after it are told apart."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.conf import settings
from django.core.mail import DNS_NAME

from crm.mail.carriers import NotSent, Refused, TryLater, Uncertain, Unreachable
from crm.mail.message import ascii_address, on_the_wire
from crm.mail.models import OutgoingMail

CONNECT, COMMAND, DELIVERY = 10, 30, 120  # seconds that the server has for its answer
MOST_MAILS, MOST_IDLE = 100, 30  # mails on one connection, and seconds between two

_NO = (4, 5)  # the only first digits by which a server says that it has not taken what it was given
_CLOSES = 421
# It closes, or wants TLS or another log-in: of no mail in particular.
_AT_THE_SERVER = {_CLOSES, 530, 534, 535, 538, 454}
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.(1|2|10)\b")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)

Answer = tuple[int, bytes]
_T = TypeVar("_T")


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
        answers = self._begun(sender, recipient)
        self._mails, self._used_at = self._mails + 1, time.monotonic()
        for answer, is_recipient in zip(answers, (False, True), strict=False):
            self._judge(*answer, is_recipient=is_recipient)

    def hand_over(self) -> tuple[str, str]:
        server = self._server
        self._judge(*self._before_it_is_given(lambda: server.docmd("DATA")), good=3)
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

    def _begun(self, sender: str, recipient: str) -> list[Answer]:
        """The server's answers to who writes to whom, from a connection that has shown itself alive."""
        if self._mails >= MOST_MAILS or time.monotonic() - self._used_at > MOST_IDLE:
            self.close()
        if self._server:
            with suppress(OSError):
                (alive, _text), *answers = self._ask("RSET", *self._envelope(sender, recipient))
                if alive == 250:
                    return answers
            self._hang_up()
        self._server = self._connect()
        return self._before_it_is_given(lambda: self._ask(*self._envelope(sender, recipient)))

    def _envelope(self, sender: str, recipient: str) -> tuple[str, str]:
        size = f" SIZE={len(self._message)}" if self._server.has_extn("size") else ""
        return f"MAIL FROM:<{sender}>{size}", f"RCPT TO:<{recipient}>"

    def _ask(self, *commands: str) -> list[Answer]:
        """The answers, as far as one follows from the other: to one that takes them so, all is said at once."""
        server, answers = self._server, []
        at_once = server.has_extn("pipelining")
        if at_once:
            server.send("".join(f"{command}\r\n" for command in commands))
        for command in commands:
            answers.append(server.getreply() if at_once else server.docmd(command))
            code = answers[-1][0]
            if code == _CLOSES or (not at_once and code // 100 != 2):
                break
        return answers

    def _connect(self) -> smtplib.SMTP:
        try:
            return _open()
        except (OSError, ValueError) as error:
            raise Unreachable(_said(error)) from error

    def _hang_up(self) -> None:
        if self._server:
            self._server.close()
        self._server, self._mails = None, 0

    def _before_it_is_given(self, step: Callable[[], _T]) -> _T:
        try:
            return step()
        except OSError as error:
            self._hang_up()
            raise TryLater(f"The connection broke before the mail was given ({_named(error)}).") from error

    def _judge(self, code: int, text: bytes, *, good: int = 2, is_recipient: bool = False) -> None:
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
