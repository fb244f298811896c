"""What each group should and should not get: our words, until a lead writes the team's own; and who gets slips."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.team.models import Team
from segmentation.kept import A_MINUTE, forget, kept_or_made
from segmentation.models import Advice, Group

# Whoever has bought once long ago, or has stopped, is a matter for a campaign and not for a slip on its day.
SLIP_WHEN_DUE = frozenset({Group.VIP, Group.GROWING, Group.BEGINNER})


@dataclass(frozen=True)
class Words:
    """A point to a line."""

    should: tuple[Promise, ...]
    should_not: tuple[Promise, ...]


OURS = {
    Group.VIP: Words(
        (
            _("Tone: personal and open. One person who knows them, and who calls back the same day."),
            _("News, new goods and scarce goods reach them first, before anybody else."),
            _("Ask for their opinion, and tell them what came of it."),
            _("Offers made for them: a frame contract, reserved stock, an upgrade, maintenance."),
            _("Thank them in person; remember birthdays and anniversaries."),
        ),
        (
            _("No mass mail and no general discounts: they do not come for the price."),
            _("Never a promise that slips, and never the same question twice."),
            _("No new contact person without an introduction by the old one."),
        ),
    ),
    Group.GROWING: Words(
        (
            _("Tone: brief and factual. They need little, but they notice quality."),
            _(
                "Keep to what was promised, every time, and tell them when it is done, so that they need not ask."
            ),
            _("Make ordering again easy: the same goods, terms and person, shortly before they need it."),
            _("Offers: complementary goods, maintenance and service around what they already have."),
        ),
        (
            _("No surveys, no invitations, no calls without an occasion: they stay, but at a distance."),
            _("No discounts for what they would have bought anyway."),
            _("Change nothing that works without saying so beforehand."),
        ),
    ),
    Group.BEGINNER: Words(
        (
            _("Tone: friendly and attentive. Thank them at once, and ask whether all is well."),
            _("Find out what they bought it for: the motive decides what comes next."),
            _("Keep the first promises to the letter; answer within hours and at the time agreed."),
            _(
                "Offers: one good reason for the second purchase, as a short series, when the usual time comes near."
            ),
        ),
        (
            _("Do not press: no offer before the first delivery is right, no daily reminders."),
            _("Do not judge them by the size of the first order."),
            _("No long forms and no long contracts yet."),
        ),
    ),
    Group.ONE_TIME: Words(
        (
            _("Tone: plain and quick. Here today, there tomorrow: they want a low price."),
            _("Offers: a price and a last day, a few times a year; seasonal goods, remaining stock."),
            _("Write rather than visit: what it costs must fit what it can bring."),
            _("If they answer, ask what they compare you with, and write the refusal and its reason down."),
        ),
        (
            _("No visits, no long calls, no rewards for loyalty that is not there."),
            _("Do not run after them: about a fifth will never come back, whatever one does."),
            _("No surveys: only the angry would answer."),
        ),
    ),
    Group.LOST: Words(
        (
            _("Tone: honest and without reproach. Ask in person why they stopped, and listen."),
            _("Put right what went wrong, and tell them that it is done."),
            _("Offers: one that is worth opening, with a last day, and a reward on the very order."),
            _("Find out whose better offer they took: reason and competitor belong into the dossier."),
        ),
        (
            _("No “we miss you” without anything in it, and no general newsletter."),
            _(
                "Reward what they buy, not what they promise: they take what is good until a better offer comes."
            ),
            _("Not a third letter without a new reason. Never pester."),
        ),
    ),
}


def our_words(group: str) -> tuple[str, str]:
    """What they should get and should not get as we propose it, in the reader's language."""
    words = OURS[Group(group)]
    return "\n".join(map(str, words.should)), "\n".join(map(str, words.should_not))


def points(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def advice_of(team: Team) -> dict[str, Advice]:
    """The team's row for each group, in the order of the groups; an unsaved one where nothing was changed."""
    found = {advice.group: advice for advice in Advice.objects.filter(team=team)}
    return {
        group: found.get(group) or Advice(team=team, group=group, slip_when_due=group in SLIP_WHEN_DUE)
        for group in Group.values
    }


def kept_advice(team_id: int) -> dict[str, Advice]:
    """The rows the team has, by group. Kept for a minute, for without Redis each server process keeps its own."""

    def read() -> dict[str, Advice]:
        return {advice.group: advice for advice in Advice.objects.filter(team=team_id)}

    return kept_or_made(_key(team_id), read, seconds=A_MINUTE)


def advice_changed(team_id: int) -> None:
    forget(_key(team_id))


def _key(team_id: int) -> str:
    return f"segments:advice:{team_id}"


def said(group: str, should: str, should_not: str) -> tuple[list[str], list[str]]:
    """The points to show: the team's words, and ours where it has none."""
    ours = our_words(group)
    return points(should or ours[0]), points(should_not or ours[1])


def slip_groups(teams: Iterable[Team]) -> dict[int, set[str]]:
    """By team id, the groups whose dossiers get a slip when the next purchase is due. One query."""
    groups = {team.pk: set(SLIP_WHEN_DUE) for team in teams}
    for advice in Advice.objects.filter(team__in=groups):
        (set.add if advice.slip_when_due else set.discard)(groups[advice.team_id], advice.group)
    return groups
