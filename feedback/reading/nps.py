"""Would they recommend us? One figure a quarter, of how many answers, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from crm.statistics import Share, net_score, signed
from crm.team.models import Team
from feedback.models import Invitation, Recommendation
from feedback.reading.cubes import zone_of
from feedback.reading.periods import Period, within

PROMOTER, DETRACTOR = 9, 6  # from, and up to


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


def quarters(team: Team, periods: Sequence[Period]) -> list[Quarter]:
    """The latest first."""
    said = Recommendation.objects.filter(team=team)
    counts = {
        "promoters": Count("pk", filter=Q(score__gte=PROMOTER)),
        "detractors": Count("pk", filter=Q(score__lte=DETRACTOR)),
        "passives": Count("pk", filter=Q(score__gt=DETRACTOR, score__lt=PROMOTER)),
    }
    invited = Invitation.objects.filter(team=team, question=Invitation.Question.RECOMMEND)
    asked = {"asked": Count("pk"), "answered": Count("recommendation")}
    found: dict[int, dict] = {}
    for rows, field, figures in ((said, "rated_at", counts), (invited, "asked_at", asked)):
        grouped = within(rows, field, periods, zone_of(team)).order_by().values("bucket").annotate(**figures)
        for row in grouped:
            found.setdefault(row.pop("bucket"), {}).update(row)
    return [Quarter(period, **found.get(n, {})) for n, period in enumerate(periods)][::-1]
