"""Kinds of mail. Apps above register theirs from AppConfig.ready; none is known below."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.db import OperationalError, connection, transaction
from django.utils.functional import Promise

from crm.mail.models import OutgoingMail

logger = logging.getLogger(__name__)


class About(Protocol):
    """(name, address of the page) of what each mail is about, by the mail's id, in one query however many."""

    def __call__(self, mails: Iterable[OutgoingMail]) -> dict[int, tuple[str, str]]: ...


@dataclass(frozen=True)
class Kind:
    """`why_not` gives the code of the reason why a mail is no longer wanted, "" while it is; the outbox asks just
    before the hand-off, in its transaction. `reasons` says those codes in words. `sent` hears in the transaction in
    which a mail is known to have left, `answered`, `bounced` and `complained` in that of such a message.
    `is_automatic` mail says so in its headers and keeps to quiet hours.
    """

    name: str
    label: str | Promise
    is_automatic: bool = True
    reasons: Mapping[str, str | Promise] = field(default_factory=dict)
    why_not: Callable[[OutgoingMail, datetime], str] | None = None
    sent: Callable[[OutgoingMail, datetime], None] | None = None
    answered: Callable[[OutgoingMail, str, datetime], None] | None = None
    bounced: Callable[[OutgoingMail, datetime], None] | None = None
    complained: Callable[[OutgoingMail, datetime], None] | None = None
    about: About | None = None


Listener = Callable[[OutgoingMail, datetime], None]

_kinds: dict[str, Kind] = {}
_listeners: list[Listener] = []
_answer_listeners: list[Listener] = []


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(mail: OutgoingMail) -> Kind:
    """KeyError if nobody has registered it."""
    return _kinds[mail.kind]


def find_kind(mail: OutgoingMail) -> Kind | None:
    """None for a mail of an app that is not here any longer."""
    return _kinds.get(mail.kind)


def kinds() -> list[Kind]:
    return list(_kinds.values())


def on_opt_out(listener: Listener) -> None:
    """`listener(mail, now)` hears in the transaction in which the one who got `mail` opts out, whatever its kind.

    Who complains of a mail as spam has opted out, too.
    """
    _listeners.append(listener)


def tell_opted_out(mail: OutgoingMail, *, now: datetime) -> None:
    for listener in _listeners:
        tell(listener, mail, now)


def on_answer(listener: Listener) -> None:
    """`listener(mail, now)` hears in the transaction in which the one who got `mail` answers it, whatever its kind."""
    _answer_listeners.append(listener)


def tell_answered(mail: OutgoingMail, *, now: datetime) -> None:
    for listener in _answer_listeners:
        tell(listener, mail, now)


def tell(listener: Callable[..., None], mail: OutgoingMail, *what: object) -> None:
    """Let somebody hear of what became of a mail; if that fails, what became of it is kept all the same."""
    try:
        with transaction.atomic():
            listener(mail, *what)
    except Exception as error:
        if connection.needs_rollback:  # all of the transaction is lost, not only what the listener did
            raise OperationalError from error
        logger.error("What became of mail %s could not be told: %s", mail.pk, type(error).__name__)
