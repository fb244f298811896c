"""What counts in the end: a customer's last word that does, and what a lead has decided."""

from datetime import datetime

from feedback.models import Decision, Invitation, Rating, Recommendation, Value, Word
from feedback.reacting import became_bad, is_bad_no_longer, tell_timeline

What = Decision.What
KEPT = ("team_id", "ticket_id", "customer_id", "employee_id", "ticket_kind", "product_group", "group")


def settle(invitation: Invitation, *, now: datetime, quietly: bool = False) -> None:
    """Work out what an invitation's words come to, and let follow what follows. Part of a transaction that holds it.

    `quietly`: a lead does it himself, and need not be told.
    """
    words, heard = list(invitation.words.all()), invitation.counting()
    if invitation.question == Invitation.Question.RECOMMEND:
        _settle_recommendation(invitation, heard)
    else:
        _settle_rating(invitation, words, heard, now=now, quietly=quietly)


def _settle_recommendation(invitation: Invitation, heard: list[Word]) -> None:
    if not heard:
        Recommendation.objects.filter(invitation=invitation).delete()
        return
    said = {"team_id": invitation.team_id, "customer_id": invitation.customer_id} | _said(heard)
    Recommendation.objects.update_or_create(invitation=invitation, defaults=said | {"score": heard[-1].score})


def _settle_rating(
    invitation: Invitation, words: list[Word], heard: list[Word], *, now: datetime, quietly: bool
) -> None:
    # Held, as whoever puts it right or passes it on holds no invitation.
    known = Rating.objects.select_for_update(of=("self",)).filter(invitation=invitation)
    rating = known.first() or Rating(invitation=invitation)
    for name in KEPT:
        setattr(rating, name, getattr(invitation, name))
    for name, value in _said(heard or words[-1:]).items():
        setattr(rating, name, value)
    rating.value = (heard or words)[-1].value
    _set_aside(rating, None if heard else words[-1], now=now)
    was_bad, is_bad = rating.bad_since is not None, rating.counts and rating.value == Value.BAD
    if is_bad and not was_bad:
        rating.bad_since, rating.answered_at, rating.answered_by, rating.answer = now, None, None, ""
    if not is_bad:
        rating.bad_since = None
    rating.save()
    if is_bad and not was_bad:
        became_bad(rating, now=now, quietly=quietly)
    if was_bad and not is_bad:
        is_bad_no_longer(rating, now=now)
    tell_timeline(rating)


def _said(words: list[Word]) -> dict[str, object]:
    first, last = words[0], words[-1]
    changed_at = None if last.pk == first.pk else last.spoken_at
    return {"comment": last.comment, "rated_at": first.spoken_at, "changed_at": changed_at}


def _set_aside(rating: Rating, suspect: Word | None, *, now: datetime) -> None:
    """It does not count because a lead says so; else because `suspect` is all there is."""
    decision = rating.decisions.filter(what=What.ASIDE, undone_at=None).first() if rating.pk else None
    if decision:
        told = (decision.made_at, decision.made_by, decision.why)
    elif suspect:
        told = (rating.set_aside_at or now, None, suspect.suspect)
    else:
        told = (None, None, "")
    rating.set_aside_at, rating.set_aside_by, rating.set_aside_why = told
