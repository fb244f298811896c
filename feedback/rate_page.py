"""What the page shows on which a customer rates: read from the link, and from what was said so far."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import translation

from crm.mail.models import LANGUAGES
from crm.mail.public import preferred_language
from crm.team.models import User
from feedback.asking_words import about, day_in, language_for
from feedback.links import is_meant, reference_to, sign_meant, stamp, stamped_at
from feedback.models import Invitation, OpenWord, Signature, Value, Word
from feedback.models.invitation import MAY_CHANGE, SCORES
from feedback.saying import TOO_FAST

LONGEST = 500  # letters of a comment


class Form:
    """What was chosen and written: in the form that was sent, else by the link."""

    def __init__(self, request: HttpRequest, choices: Sequence[str], *, subject: str) -> None:
        said = request.POST if request.method == "POST" else request.GET
        chosen = said.get("v", "")
        self.chosen = chosen if chosen in choices else ""
        self.comment = " ".join(request.POST.get("comment", "").replace("\0", "").split())
        self.page_at = stamped_at(request.POST.get("page", ""), subject)
        self.sure = request.POST.get("sure", "")
        self.language = said.get("language", "")

    @property
    def problem(self) -> str:
        """The name of what is wrong with it; "" if nothing is."""
        if not self.chosen:
            return "choice"
        return "length" if len(self.comment) > LONGEST else ""


class RatePage:
    """A page for one customer's one question, at one instant."""

    is_open = False

    def __init__(self, request: HttpRequest, invitation: Invitation, *, now: datetime) -> None:
        self.invitation, self.now, self.path = invitation, now, request.path
        self.form = Form(request, self.choices, subject=invitation.public_id)
        wanted = self.form.language or (invitation.mail.language if invitation.mail else "")
        self.language = language_for(invitation.customer, wanted)

    @property
    def is_scale(self) -> bool:
        return self.invitation.question == Invitation.Question.RECOMMEND

    @property
    def choices(self) -> list[str]:
        return [str(score) for score in SCORES] if self.is_scale else Value.values

    @property
    def company(self) -> str:
        team = self.invitation.team
        return getattr(team, "sender", team).name

    @property
    def employee(self) -> User | None:
        return self.invitation.rated

    @property
    def about(self) -> str:
        return about(self.invitation, self.language) if self.invitation.ticket else ""

    @cached_property
    def heard(self) -> list[Word]:
        """What counts by now."""
        return self.invitation.counting()

    @property
    def last(self) -> Word | None:
        return self.heard[-1] if self.heard else None

    @property
    def may_change(self) -> bool:
        return not self.heard or self.now < self.heard[0].spoken_at + MAY_CHANGE

    @property
    def until(self) -> str:
        """The last day on which it can be changed; "" as long as nothing counts."""
        return self._day(self.heard[0].spoken_at + MAY_CHANGE) if self.heard else ""

    @property
    def said_on(self) -> str:
        return self._day(self.last.spoken_at) if self.last else ""

    def _day(self, instant: datetime) -> str:
        there = instant.astimezone(ZoneInfo(self.invitation.team.time_zone))
        with translation.override(self.language):
            return day_in(there.date(), self.language)

    @property
    def last_choice(self) -> str:
        return choice_of(self.last) if self.last else ""

    @property
    def marked(self) -> str:
        """Which choice lies ready: that of the form or the link, else what was said."""
        return self.form.chosen or self.last_choice

    @property
    def comment(self) -> str:
        return self.form.comment or (self.last.comment if self.last else "")

    @property
    def stamp(self) -> str:
        return stamp(self.invitation.public_id, now=self.now)

    def reference(self, word: Word) -> str:
        return reference_to(word, self.invitation)

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        return other_languages(self.language, self.form.chosen)


class OpenPage:
    """A page for what anybody says of one colleague, by the link under his mails."""

    is_open, is_scale, last, about, until = True, False, None, "", ""

    def __init__(self, request: HttpRequest, signature: Signature, *, now: datetime) -> None:
        self.signature, self.now, self.path = signature, now, request.path
        self.employee = signature.user
        self.form = Form(request, Value.values, subject=signature.code)
        is_ours = self.form.language in dict(LANGUAGES)
        self.language = self.form.language if is_ours else preferred_language(request)
        self.marked, self.comment = self.form.chosen, self.form.comment

    @property
    def company(self) -> str:
        team = self.employee.team
        return getattr(team, "sender", team).name

    @property
    def is_doubted(self) -> bool:
        """Sent too fast, and not confirmed by one more press."""
        page_at, code = self.form.page_at, self.signature.code
        is_fast = page_at is None or self.now - page_at < TOO_FAST
        return is_fast and not is_meant(self.form.sure, code, self.form.chosen)

    def keep(self) -> None:
        said = {"value": self.form.chosen, "comment": self.form.comment, "said_at": self.now}
        OpenWord.objects.create(user=self.employee, **said)

    @property
    def stamp(self) -> str:
        return stamp(self.signature.code, now=self.now)

    @property
    def reference(self) -> str:
        return sign_meant(self.signature.code, self.form.chosen)

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        return other_languages(self.language, self.form.chosen)


def choice_of(word: Word) -> str:
    return word.value or str(word.score)


def other_languages(language: str, chosen: str) -> list[tuple[str, str, str]]:
    """The other ones: code, name in itself, and where the page is in it."""
    kept = {"v": chosen} if chosen else {}
    return [
        (code, name, "?" + urlencode(kept | {"language": code}))
        for code, name in LANGUAGES
        if code != language
    ]
