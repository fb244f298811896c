"""Links by which customers reach the pages on which they rate. Nothing personal stands in them."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from crm.mail.tokens import token_for
from feedback.models import Invitation, Signature, Word

RATING = "rating"  # what their tokens are for


def path_of(invitation: Invitation) -> str:
    return reverse("feedback:rate", args=[token_for(invitation.public_id, purpose=RATING)])


def rating_url(invitation: Invitation, choice: str | int) -> str:
    """Where that choice lies ready: one press sends it."""
    return f"{settings.BASE_URL}{path_of(invitation)}?v={choice}"


def short_url(invitation: Invitation) -> str:
    """To be typed from paper: its code in groups of four."""
    code = invitation.code
    grouped = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
    return settings.BASE_URL + reverse("feedback:short", args=[grouped])


def open_url(signature: Signature, choice: str = "") -> str:
    url = settings.BASE_URL + reverse("feedback:open_rate", args=[signature.code])
    return f"{url}?v={choice}" if choice else url


def stamp(subject: str, *, now: datetime) -> str:
    """What a page carries to say when it was made; good for the pages of one subject only."""
    return _page_signer(subject).sign(str(int(now.timestamp() * 1000)))


def stamped_at(text: str, subject: str) -> datetime | None:
    """When the page was made; None if it was not made here."""
    try:
        made = int(_page_signer(subject).unsign(text))
    except signing.BadSignature:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=made)


def reference_to(word: Word, invitation: Invitation) -> str:
    """What the page carries that asks once more whether that word is meant."""
    return _word_signer(invitation).sign(str(word.pk))


def word_referred_to(text: str, invitation: Invitation) -> int | None:
    """Its id; None if it was not signed here, or is another customer's."""
    try:
        return int(_word_signer(invitation).unsign(text))
    except signing.BadSignature:
        return None


def _page_signer(subject: str) -> signing.Signer:
    return signing.Signer(salt=f"feedback.page.{subject}", sep="~")


def _word_signer(invitation: Invitation) -> signing.Signer:
    return signing.Signer(salt=f"feedback.word.{invitation.public_id}", sep="~")


def sign_meant(code: str, choice: str) -> str:
    """What the page of a signature carries that asks once more whether that choice is meant."""
    return _meant_signer(code).sign(choice)


def is_meant(text: str, code: str, choice: str) -> bool:
    try:
        return _meant_signer(code).unsign(text) == choice
    except signing.BadSignature:
        return False


def _meant_signer(code: str) -> signing.Signer:
    return signing.Signer(salt=f"feedback.meant.{code}", sep="~")
