"""Why a letter of the team may not become so. Apps above that send letters say it from AppConfig.ready."""

from collections.abc import Callable, Iterable

from contacts.models import Letter

# Of a kept letter, and all that it would say; a sentence, or "".
Objection = Callable[[Letter, Iterable[str]], str]

_registered: list[Objection] = []


def register(objection: Objection) -> None:
    _registered.append(objection)


def objections(letter: Letter, said: Iterable[str]) -> list[str]:
    return [sentence for objection in _registered if (sentence := objection(letter, said))]
