"""What a segment may ask of tickets, ratings and recommendations. Of ratings it finds what its viewer may see."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from feedback.models import Invitation, Rating, Recommendation, Ticket, Value
from feedback.models.rating import Leaning, RatingQuerySet, RecommendationQuerySet
from segmentation.filters import Condition, Moment, Operator, register
from segmentation.filters.inputs import Number, OneOf

TOLD = _("Tickets and ratings")
OWN_OR_PRAISE = _(
    "Of ratings you find those that you may see: your own, praise, and bad ones of dossiers you look after."
)
LEADS_ONLY = _("Only leads see who would recommend you: for you nobody is found.")

TIMES = Number("times", _("times"), least=1, most=10_000)
DAYS = Number("days", _("days"), most=3650)
KINDS = OneOf(
    "ticket_kinds", _("kind, none for any"), find=lambda moment: Ticket.Kind.choices, any=_("any kind")
)
VALUES = OneOf("verdicts", _("rating"), find=lambda moment: _verdicts())
LEANINGS = OneOf("leanings", _("group"), find=lambda moment: Leaning.choices)


def _verdicts() -> list[tuple[str, str]]:
    """As they stand within a sentence."""
    return [(value, str(label).lower()) for value, label in Value.choices]


def _is_among(rows: QuerySet) -> Q:
    return Q(Exists(rows.filter(customer=OuterRef("pk"))))


def _open() -> Q:
    return _is_among(Ticket.objects.open())


def _came(moment: Moment, times: int, days: int, ticket_kinds: list[str]) -> Q:
    rows = Ticket.objects.filter(
        team=moment.team, opened_at__gte=moment.midnight(moment.ago(days)), opened_at__lt=moment.end
    ).not_merged()
    rows = rows.filter(kind__in=ticket_kinds) if ticket_kinds else rows
    counted = rows.order_by().values("customer").annotate(times=Count("pk"))
    return moment.among(counted.filter(customer__isnull=False, times__gte=times))


def _ratings(moment: Moment) -> RatingQuerySet:
    rows = Rating.objects.open_to(moment.viewer, on=moment.today).counted()
    return rows.filter(rated_at__lt=moment.end).order_by()


def _last_was(moment: Moment, verdicts: list[str]) -> Q:
    rows = _ratings(moment)
    return moment.among(rows.filter(value__in=verdicts).last_of_customer(rows))


def _rated(moment: Moment, verdicts: list[str], days: int) -> Q:
    since = moment.midnight(moment.ago(days))
    return moment.among(_ratings(moment).filter(value__in=verdicts, rated_at__gte=since))


def _is_silent(moment: Moment, days: int) -> Q:
    """Asked about a ticket by mail: a sheet of paper may never have been handed out."""
    asked = Invitation.objects.visible_to(moment.viewer).filter(
        question=Invitation.Question.TICKET, channel=Invitation.Channel.MAIL, revoked_at__isnull=True,
        asked_at__gte=moment.midnight(moment.ago(days)), asked_at__lt=moment.end,
    )  # fmt: skip
    answers = Rating.objects.counted().filter(invitation=OuterRef("pk"), rated_at__lt=moment.end)
    return moment.among(asked.order_by().filter(~Exists(answers)))


def _leans(moment: Moment, leanings: list[str]) -> Q:
    rows = _recommendations(moment)
    return moment.among(rows.leaning(leanings).last_of_customer(rows))


def _recommendations(moment: Moment) -> RecommendationQuerySet:
    rows = Recommendation.objects.visible_to(moment.viewer)
    return rows.filter(rated_at__lt=moment.end).order_by()


register(
    Condition(
        "open_ticket", TOLD, _("open ticket"),
        (
            Operator("there", _("is there"), lambda moment: _open()),
            Operator("none", _("is not there"), lambda moment: ~_open()),
        ),
    ),
    Condition(
        "tickets", TOLD, _("tickets"),
        (
            Operator("often", _("(%(ticket_kinds)s): at least %(times)s in the last %(days)s days"),
                     _came, (TIMES, DAYS, KINDS)),
        ),
        knows_past=True,
    ),
    Condition(
        "last_rating", TOLD, _("last rating"),
        (Operator("is", _("is %(verdicts)s"), _last_was, (VALUES,)),),
        knows_past=True, to_others=OWN_OR_PRAISE,
    ),
    Condition(
        "rated", TOLD, _("a rating"),
        (Operator("within", _("was %(verdicts)s in the last %(days)s days"), _rated, (VALUES, DAYS)),),
        knows_past=True, to_others=OWN_OR_PRAISE,
    ),
    Condition(
        "asked", TOLD, _("question whether all was well"),
        (Operator("silent", _("was sent in the last %(days)s days and not answered"), _is_silent, (DAYS,)),),
        knows_past=True, to_others=_("Of questions you find those about tickets that you answered for."),
    ),
    Condition(
        "recommends", TOLD, _("whether they would recommend you"),
        (Operator("is", _("was last answered as %(leanings)s"), _leans, (LEANINGS,)),),
        knows_past=True, to_others=LEADS_ONLY,
    ),
)  # fmt: skip
