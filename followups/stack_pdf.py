"""A tab's stack as a PDF to take along: A4, punched left, with a line for each next date."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.formats import date_format, time_format
from django.utils.html import strip_tags
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from fpdf import FPDF

from contacts import registry
from followups.board import Board
from followups.foreseeing import days_ahead
from followups.models import FollowUp
from followups.templatetags.binder import kind_word

# Brought along: a server need not have fonts, and few fonts draw Georgian.
FONTS = Path(__file__).parent / "fonts"
LEFT, TOP, RIGHT, BOTTOM = 25, 14, 12, 16  # mm; punched left
WHEN, SIDE, NEXT, GAP = 17, 37, 32, 3  # columns in mm; what is left is for the dossier
LINE, SMALL_LINE = 5, 4.2
INK, INK_2, RULE, RED = (27, 39, 71), (74, 84, 107), (190, 186, 172), (181, 50, 28)


class StackPdf(FPDF):
    """Pages of one tab. Lengths are in mm."""

    def __init__(self, board: Board) -> None:
        super().__init__(format="A4")
        self.board = board
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(True, margin=BOTTOM)
        self.add_font("DejaVu", "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font("DejaVu", "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_title(f"{board.owner.name}, {board.name}")
        self.set_lang(get_language() or "en")
        self.set_creation_date(board.now)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-11)
        self.write_in(7.5, INK_2)
        printed = date_format(self.board.now.astimezone(self.board.user.zone), "DATETIME_FORMAT")
        words = _("%(name)s’s binder · %(tab)s · printed %(when)s · page %(page)s") % {
            "name": self.board.owner.name, "tab": self.board.name, "when": printed, "page": self.page_no(),
        }  # fmt: skip
        self.cell(0, 4, words)

    def write_in(self, size: float, colour: tuple[int, int, int] = INK, style: str = "") -> None:
        self.set_font("DejaVu", style, size)
        self.set_text_color(*colour)

    def head(self) -> None:
        board, day = self.board, self.board.tab.due_on
        y, left = self.get_y(), LEFT
        if board.gauge:
            self.write_in(38, RED if board.is_today else INK, "B")
            self.text(LEFT, y + 13, str(day.day))
            left += self.get_string_width(str(day.day)) + 4
        self.write_in(15, INK, "B")
        self.set_xy(left, y)
        self.cell(0, 8, date_format(day, "l" if board.gauge else "F Y") if day else board.name)
        self.set_xy(left, y + 8)
        self.write_in(9, INK_2)
        self.cell(0, 5, self._about())
        self.set_y(y + 18)

    def _about(self) -> str:
        board = self.board
        words = [date_format(board.tab.due_on, "F Y")] if board.gauge else []
        to_do = ngettext("%(n)s to do", "%(n)s to do", board.to_do) % {"n": board.to_do}
        kinds = ", ".join(f"{n} {kind_word(kind, n)}" for kind, n in board.kinds)
        return " · ".join(filter(None, [*words, board.holiday, to_do, kinds]))

    def section(self, words: str) -> None:
        self.write_in(10, RED, "B")
        self.cell(0, 7, words, new_x="LMARGIN", new_y="NEXT")

    def days_ahead(self) -> None:
        """For promising a day out of the house."""
        self.ln(4)
        self.write_in(9, INK_2)
        words = _("How full the coming days are: %(days)s.")
        self.multi_cell(0, 5, words % {"days": " · ".join(days_ahead(self.board.binder))}, align="L")

    def rows(self, places: Iterable[FollowUp], *, with_day: bool = False) -> None:
        for place in places:
            self.row(place, when=self._when(place, with_day=with_day))

    def row(self, place: FollowUp, *, when: str) -> None:
        parts = self._words(place)
        width = self.epw - WHEN - SIDE - NEXT - 2 * GAP
        height = max(sum(self._height(*part, width) for part in parts), 2 * LINE + 2) + 3
        if self.will_page_break(height):
            self.add_page()
        y = self.get_y()
        self.set_draw_color(*RULE)
        self.line(LEFT, y, LEFT + self.epw, y)
        timed = (when, 9.5, INK, "B") if place.at or self._is_behind(place) else (when, 8.5, INK_2, "")
        self._stack_up([timed, (place.get_kind_display(), 8, INK_2, "")], LEFT, y, WHEN)
        self._stack_up(parts, LEFT + WHEN, y, width)
        self._stack_up(self._side(place), LEFT + WHEN + width + GAP, y, SIDE)
        self._next_date(LEFT + self.epw - NEXT, y, height)
        self.set_xy(LEFT, y + height)

    def _is_behind(self, place: FollowUp) -> bool:
        return place.was_behind(today=self.board.today)

    def _stack_up(self, parts: list[tuple], x: float, y: float, width: float) -> None:
        self.set_xy(x, y + 1.5)
        for words, size, colour, style in parts:
            self.write_in(size, colour, style)
            self.set_x(x)
            self.multi_cell(width, self._line(size), words, align="L", new_x="LEFT", new_y="NEXT")

    def _height(self, words: str, size: float, colour: tuple, style: str, width: float) -> float:
        self.write_in(size, colour, style)
        return self.multi_cell(width, self._line(size), words, align="L", dry_run=True, output="HEIGHT")

    @staticmethod
    def _line(size: float) -> float:
        return LINE if size > 9 else SMALL_LINE

    def _next_date(self, x: float, y: float, height: float) -> None:
        self.write_in(6.5, INK_2)
        self.text(x, y + 4, _("next date"))
        self.line(x, y + height - 2, x + NEXT, y + height - 2)

    def _when(self, place: FollowUp, *, with_day: bool) -> str:
        if place.at:
            return time_format(place.at, "H:i")
        if place.due_on is None:
            return _("resting")
        form = "M" if place.precision == FollowUp.Precision.MONTH else "D j"
        return date_format(place.due_on, form) if with_day else _("any time")

    def _words(self, place: FollowUp) -> list[tuple]:
        customer = place.customer
        person = customer.main_person.name if customer.main_person else ""
        slips = [slip.reason for slip in self.board.slips.get(customer.pk, ())]
        said = [(person, 8.5, INK_2, ""), (place.plan or place.rest_reason, 8.5, INK, "")]
        said += [(f"• {' · '.join(slips)}", 8.5, RED, "")] if slips else []
        return [(customer.name, 10, INK, "B"), *(part for part in said if part[0])]

    def _side(self, place: FollowUp) -> list[tuple]:
        verdict = self.board.verdicts.get(place.customer_id, "")
        marks = [strip_tags(mark).strip() for mark in (verdict, registry.mark(place.customer))]
        parts = [(place.customer.any_phone, 8.5, INK, ""), (" · ".join(filter(None, marks)), 8, INK_2, "")]
        return [part for part in parts if part[0]]


def stack_pdf(board: Board) -> bytes:
    """What was left behind, then the stack, in the order in which one works; as much as the board shows of them."""
    board.read_rows()
    pdf = StackPdf(board)
    pdf.head()
    if board.behind:
        number = board.binder.left_behind
        pdf.section(ngettext("%(n)s left behind", "%(n)s left behind", number) % {"n": number})
        pdf.rows(board.behind, with_day=True)
        pdf.ln(4)
    pdf.rows(board.stack, with_day=board.tab.is_month)
    if board.is_empty:
        pdf.write_in(10, INK_2)
        pdf.cell(0, 8, _("Nothing lies here."))
    if board.not_shown:
        pdf.write_in(9, INK_2)
        pdf.cell(0, 8, _("and %(n)s more") % {"n": board.not_shown})
    pdf.days_ahead()
    return bytes(pdf.output())
