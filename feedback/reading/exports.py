"""What a page of ratings shows, as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import HttpResponse
from django.utils.translation import gettext as _

from contacts.importing.reports import defused
from crm.statistics import Share
from feedback.reading.figures import Figures
from feedback.reading.lines import Line
from feedback.reading.page import RatingsPage

Cell = str | int | float | None


def answer(rows: Iterable[list[Cell]], *, name: str) -> HttpResponse:
    out = io.StringIO(newline="")
    out.write("\ufeff")  # spreadsheets take the file for Latin letters without it
    writer = csv.writer(out, delimiter=";")
    writer.writerows([defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def of_ratings(page: RatingsPage) -> Iterator[list[Cell]]:
    yield [_("Read by"), _("Which"), _("rank"), _("bad"), _("neutral"), _("good"), _("answers"), _("good, %"),
           _("at least, %"), _("at most, %"), _("answers before"), _("good before, %"), _("asked"), _("answered"),
           _("median minutes to the first answer")]  # fmt: skip
    parts = [
        (_("team"), [page.whole]),
        (_("employee"), [*page.ranked, *page.few]),
        (_("kind of ticket"), page.kinds),
        (_("product group"), page.products),
        (_("customer group"), page.groups),
    ]
    for by, lines in parts:
        for line in lines:
            yield [by, line.name, *_cells(line)]


def _cells(line: Line) -> list[Cell]:
    now, before = line.now, line.before
    return [
        line.rank, now.bad, now.neutral, now.good, now.rated, *_shares(now.share), before.rated,
        _points(before.share), now.asked, now.answered, now.median,
    ]  # fmt: skip


def of_figures(found: Figures) -> Iterator[list[Cell]]:
    yield [_("Month"), _("tickets closed"), _("median minutes to the first answer"),
           _("median minutes to the solution"), _("first answers in time, %"), _("solved in time, %"),
           _("opened again, %"), _("passed on, %"), _("ratings"), _("good, %"), _("at least, %"),
           _("at most, %")]  # fmt: skip
    for month in found.months:
        shares = (month.in_time, month.solved_in_time, month.reopened, month.passed_on)
        yield [month.period.first.isoformat(), month.closed, month.answer, month.solution,
               *map(_points, shares), month.good.n, *_shares(month.good)]  # fmt: skip
    yield []
    yield [_("Figure"), _("Tickets"), _("ratings"), _("good, %"), _("at least, %"), _("at most, %")]
    for figure in found.by_figure:
        for each in figure.bins:
            yield [figure.name, each.name, each.share.n, *_shares(each.share)]


def _points(share: Share) -> float | None:
    return round(100 * share.share, 1) if share.n else None


def _shares(share: Share) -> list[float | None]:
    """In per cent: the share, and the ends of its 95 % interval."""
    if not share.n:
        return [None, None, None]
    return [_points(share), *(round(100 * end, 1) for end in share.interval())]
