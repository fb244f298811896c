"""Who recipients are. The app that keeps them says so from AppConfig.ready; here only their ids are known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crm.mail.models import OutgoingMail
from crm.team.models import User


@dataclass(frozen=True)
class Recipients:
    """`named(ids)` gives (name, address of the page) by id, in one query however many; `called(user, text)` the ids
    of some who are called so, among those whom the user may see."""

    named: Callable[[Iterable[int]], dict[int, tuple[str, str]]]
    called: Callable[[User, str], Iterable[int]]


_registered: list[Recipients] = []


def register(recipients: Recipients) -> None:
    _registered.append(recipients)


def named(mails: Iterable[OutgoingMail]) -> dict[int, tuple[str, str]]:
    """Who each recipient is, by his id; who is gone is left out."""
    ids = {mail.recipient_id for mail in mails if mail.recipient_id}
    found: dict[int, tuple[str, str]] = {}
    for each in _registered if ids else ():
        found |= each.named(ids)
    return found


def called(user: User, text: str) -> list[int]:
    return [pk for each in _registered for pk in each.called(user, text)]
