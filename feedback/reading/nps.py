"""Would they recommend us? One figure a quarter, of how many answers, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from crm.statistics import Share, net_score, signed
from crm.team.models import Team
from feedback.models import Invitation, Recommendation
from feedback.models.rating import LEANS, Leaning
from feedback.reading.cubes import zone_of
from feedback.reading.periods import Period, within

NAMES = ("promoters", "passives", "detractors", "asked", "answered")


@dataclass(frozen=True)
class Quarter:
    period: Period
    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    asked: int = 0
    answered: int = 0

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> str:
        """Promoters less detractors, of 100 answers: "+42"."""
        return signed((self.promoters - self.detractors) / self.n) if self.n else "–"

    @property
    def ends(self) -> tuple[str, str]:
        """The 95 % interval."""
        low, high = net_score(self.n, self.promoters, self.detractors)
        return signed(low), signed(high)

    @property
    def response(self) -> Share:
        return Share(self.asked, self.answered)


def sizes(team: Team, periods: Sequence[Period]) -> dict[Period, int]:
    """How many were asked in each."""
    found = dict.fromkeys(periods, 0)
    if periods:
        rows = within(_asked(team), "asked_at", periods, zone_of(team)).order_by()
        for row in rows.values("bucket").annotate(n=Count("pk")):
            found[periods[row["bucket"]]] = row["n"]
    return found


def _asked(team: Team) -> QuerySet:
    return Invitation.objects.filter(team=team, question=Invitation.Question.RECOMMEND)


def counts(team: Team, periods: Sequence[Period]) -> dict[Period, list[int]]:
    """Of each quarter, in the order of NAMES."""
    said = {
        "promoters": Count("pk", filter=LEANS[Leaning.PROMOTER]),
        "detractors": Count("pk", filter=LEANS[Leaning.DETRACTOR]),
        "passives": Count("pk", filter=LEANS[Leaning.PASSIVE]),
    }
    asked = {"asked": Count("pk"), "answered": Count("recommendation")}
    found: dict[int, dict[str, int]] = {n: {} for n in range(len(periods))}
    both = ((Recommendation.objects.filter(team=team), "rated_at", said), (_asked(team), "asked_at", asked))
    for rows, field, figures in both:
        grouped = within(rows, field, periods, zone_of(team)).order_by().values("bucket").annotate(**figures)
        for row in grouped:
            found[row.pop("bucket")] |= row
    return {period: [found[n].get(name, 0) for name in NAMES] for n, period in enumerate(periods)}
