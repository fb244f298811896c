"""The rows of the page of ratings, in Python: a template takes ten times as long for each (see docs/decisions/0011)."""

from collections.abc import Collection, Iterable

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.markup import fill, join, written
from crm.statistics import Share
from crm.team.models import User
from crm.templatetags.ringbinder import icon
from crm.templatetags.ringbinder import number as long_number
from feedback.models import Ticket, Value
from feedback.reading.award import Standing
from feedback.reading.drawings import bar
from feedback.reading.lines import Line
from feedback.reading.nps import Quarter
from feedback.reading.page import Comment
from feedback.reading.trend import Column, Trend
from feedback.reading.words import is_change, percent, span_of

LINE = (
    '<tr>{rank}<th scope="row">{name}</th><td class="rb-rates__bar">{bar}</td><td class="num">{good}</td>'
    '<td class="num rb-rates__sure">{sure}</td><td class="num">{change}</td><td class="num">{answered}</td>'
    '<td class="num">{first}</td></tr>'
)
RANK = '<td class="rb-rates__rank">{rank}</td>'
NAME, WON = "<b>{name}</b>", ' <span class="rb-award">{icon}<span class="visually-hidden">{won}</span></span>'
OF = '<b>{share}</b> <span class="rb-muted">{of}</span>'
FEW_OF = '{n} <span class="rb-muted">{of}</span>'
SMALL = (
    '<tr{few}><th scope="row">{name}</th><td class="rb-rates__bar">{bar}</td>'
    '<td class="num">{good}<small>{sure}</small></td><td class="num">{change}</td></tr>'
)
POINTS = '<span class="rb-points{look}">{points}</span>'
COMMENT = (
    '<li><span class="rb-verdict rb-verdict--{value}">{icon}{word}</span><p>{comment}{aside}</p>'
    '<p class="rb-muted">{about}</p></li>'
)
LINK = '<a href="{address}">“{comment}”</a>'
PLAIN = "“{comment}”"
ASIDE = ' <small class="rb-muted">{words}</small>'
COLUMN = '<g transform="translate({x} 0)">{parts}<text y="314" text-anchor="middle">{name}</text></g>'
PART = '<rect class="{value}" x="-{half}" y="{y}" width="{width}" height="{height}" rx="1.5"/>'
TREND_ROW = '<tr><th scope="row">{name}</th>{cells}</tr>'
CELL = '<td class="num">{text}</td>'
STANDING = (
    '<tr{few}><th scope="row">{name}</th><td>{good}<small>{least}</small></td><td>{in_time}</td><td>{behind}</td>'
    "<td>{points}</td></tr>"
)
QUARTER = (
    '<tr><th scope="row">{name}</th><td class="num"><b>{score}</b></td><td class="num">{ends}</td>'
    '<td class="num">{parts}</td><td class="num">{answered}<small>{asked}</small></td></tr>'
)
SUM, NOT_COMPARED = '<span class="rb-arith__sum">{sum}</span>', '<span class="rb-muted">{why}</span>'


def number(value: int) -> str:
    """With a mark between thousands; below them no language has one, and asking for it takes long."""
    return str(value) if value < 1000 else long_number(value)


def share_words(share: Share) -> str:
    """ "83 %", a dash of none."""
    return percent(share.share) if share.n else "–"


def points(line: Line) -> SafeString:
    """By how much its share has changed, in points; bold where that is certain enough."""
    if line.points is None:
        return fill(POINTS, look="", points="–")
    sign = "+" if line.points > 0 else "−" if line.points < 0 else "±"
    sure = is_change(line.now.share, line.before.share)
    return fill(POINTS, look=" is-sure" if sure else "", points=f"{sign}{abs(line.points)}")


def people(lines: Iterable[Line], *, with_rank: bool, won: Collection[str] = ()) -> SafeString:
    """Lines of employees; `won` are the ids of the employees of the last month."""
    of, award = _("of %(n)s"), _("employee of the month")
    found = []
    for line in lines:
        now = line.now
        mark = fill(WON, icon=icon("award"), won=award) if line.key in won else SafeString()
        found.append(
            fill(
                LINE,
                rank=fill(RANK, rank=line.rank or "") if with_rank else SafeString(),
                name=SafeString(fill(NAME, name=line.name) + mark),
                bar=bar(now),
                good=fill(OF, share=share_words(now.share), of=of % {"n": number(now.rated)}),
                sure=span_of(now.share) if now.rated else "–",
                change=points(line),
                answered=fill(FEW_OF, n=number(now.answered), of=of % {"n": number(now.asked)}),
                first=now.first_answer,
            )
        )
    return join(found)


def small(lines: Iterable[Line]) -> SafeString:
    of, few = _("of %(n)s"), _("too few to compare")
    return join(
        fill(
            SMALL,
            few=SafeString(' class="is-few"') if line.is_few else "",
            name=line.name,
            bar=bar(line.now),
            good=fill(OF, share=share_words(line.now.share), of=of % {"n": number(line.now.rated)}),
            sure=few if line.is_few else span_of(line.now.share),
            change=points(line),
        )
        for line in lines
    )


def comments(rows: Iterable[Comment], user: User) -> SafeString:
    labels = {value: str(label) for value, label in Value.choices}
    kinds = {kind: str(label) for kind, label in Ticket.Kind.choices}
    aside = fill(ASIDE, words=_("set aside, does not count"))
    return join(
        fill(
            COMMENT,
            value=each.value,
            icon=icon(each.value),
            word=labels[each.value],
            comment=_quoted(each),
            aside=aside if each.set_aside_at else SafeString(),
            about=" · ".join(_about(each, user, kinds)),
        )
        for each in rows
    )


def _quoted(comment: Comment) -> SafeString:
    try:
        address = reverse("feedback:rating", args=[comment.rating])
    except NoReverseMatch:
        return fill(PLAIN, comment=comment.comment)
    return fill(LINK, address=address, comment=comment.comment)


def _about(comment: Comment, user: User, kinds: dict[str, str]) -> Iterable[str]:
    """Whose words: the customer's name only for who sees all dossiers, the employee's for leads."""
    yield written(comment.rated_at.astimezone(user.zone).date(), "j M Y")
    yield f"{kinds[comment.kind]} {comment.ticket}"
    if user.sees_team:
        yield comment.customer
    if user.is_lead and comment.employee:
        yield comment.employee


def trend_columns(trend: Trend) -> SafeString:
    return join(
        fill(COLUMN, x=each.middle, parts=_parts(each, trend), name=each.period.short)
        for each in trend.columns
    )


def _parts(column: Column, trend: Trend) -> SafeString:
    size = {"half": trend.half, "width": trend.width}
    return join(fill(PART, value=part.value, y=part.y, height=part.height, **size) for part in column.parts)


def trend_rows(trend: Trend) -> SafeString:
    found = []
    for column in trend.columns:
        said = column.counted
        texts = (
            *map(number, (said.bad, said.neutral, said.good)),
            share_words(said.share),
            said.first_answer,
        )
        cells = join(fill(CELL, text=text) for text in texts)
        found.append(fill(TREND_ROW, name=column.period.title, cells=cells))
    return join(found)


def quarters(rows: Iterable[Quarter]) -> SafeString:
    asked = _("of %(n)s asked")
    return join(
        fill(
            QUARTER,
            name=each.period.short,
            score=each.score,
            ends=", ".join(each.ends) if each.n else "–",
            parts=" · ".join(map(number, (each.promoters, each.passives, each.detractors))),
            answered=number(each.answered),
            asked=asked % {"n": number(each.asked)},
        )
        for each in rows
    )


def arithmetic(standing: Standing) -> str:
    """ "0.89 × 60 + 0.95 × 25 + 1.00 × 15 = 92.2"."""
    parts = " + ".join(f"{share:.2f} × {weight}" for share, weight in standing.parts)
    return f"{parts} = {standing.points:.1f}"


def standings(rows: Iterable[Standing], won: str) -> SafeString:
    """The arithmetic of a month, a line for each; `won` says what the mark of the first means."""
    of, least = _("%(k)s of %(n)s"), _("at least %(low)s")
    found = []
    for each in rows:
        line = each.line
        mark = fill(WON, icon=icon("award"), won=won) if each.has_won else SafeString()
        pairs = ((line.good, line.rated), (line.in_time, line.answered), (line.behind, line.dossiers))
        good, in_time, behind = (of % {"k": number(k), "n": number(n)} for k, n in pairs)
        found.append(
            fill(
                STANDING,
                few=SafeString() if each.qualifies else SafeString(' class="is-few"'),
                name=SafeString(fill(NAME, name=each.employee.name) + mark),
                good=good,
                least=least % {"low": f"{each.good:.2f}"} if line.rated else "",
                in_time=in_time,
                behind=behind,
                points=fill(SUM, sum=arithmetic(each)) if each.qualifies else _not_compared(each),
            )
        )
    return join(found)


def _not_compared(standing: Standing) -> SafeString:
    words = _("not compared: %(n)s answers, %(least)s are needed")
    return fill(NOT_COMPARED, why=words % {"n": standing.line.rated, "least": standing.rule.least})
