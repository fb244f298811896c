from datetime import date, time, timedelta

import pytest
from babel.dates import get_day_names, get_month_names
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.team.calendar import WorkCalendar
from followups.dates import Tab, UnreadableDate, quick_dates, read_date, rest_day_hint

TUESDAY = date(2026, 11, 17)
BAVARIA = WorkCalendar("DE", "BY", "12345")
ENGLISH_MONTHS, GERMAN_MONTHS = (get_month_names("wide", locale=language) for language in ("en", "de"))
ENGLISH_DAYS, GERMAN_DAYS = (
    [get_day_names("wide", locale=language)[n] for n in range(7)] for language in ("en", "de")
)


def slug(text, today=TUESDAY):
    return read_date(text, today=today).slug


def complaint(text, today=TUESDAY):
    with override("en-gb"), pytest.raises(UnreadableDate) as caught:
        read_date(text, today=today)
    return str(caught.value)


# Tabs


@pytest.mark.parametrize(
    ("tab", "expected"),
    [
        (Tab(date(2026, 11, 17)), "2026-11-17"),
        (Tab(date(2026, 12, 1), "month", hint="late"), "2026-12"),
        (Tab(None), "cabinet"),
    ],
)
def test_a_tab_has_a_name_in_addresses(tab, expected):
    assert tab.slug == expected


@pytest.mark.parametrize("text", ["2026-11-17", "2026-12", "2028-02-29", "cabinet"])
def test_a_tab_is_found_by_its_name(text):
    assert Tab.from_slug(text).slug == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026",
        "2026-13",
        "2026-00",
        "2027-02-29",
        "20261117",
        "2026-W47",
        "2026-W47-2",
        "Cabinet",
        "2026-1-1",
        "2026-11-17 ",
        "٢٠٢٦-11-17",
        "2026-11-17T10:00",
        "0001-01-01",
        "9999-12",
    ],
)
def test_no_other_name_is_a_tab(text):
    with pytest.raises(ValueError):  # noqa: PT011
        Tab.from_slug(text)


def test_a_tab_knows_what_it_is():
    tabs = [Tab(TUESDAY), Tab(date(2026, 12, 1), "month"), Tab(None)]
    assert [tab.is_month for tab in tabs] == [False, True, False]
    assert [tab.is_cabinet for tab in tabs] == [False, False, True]


# Days near today


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("today, heute, TODAY,   Today ", "2026-11-17"),
        ("tomorrow, morgen, Morgen., tomorrow;", "2026-11-18"),
        ("day after tomorrow, the day after tomorrow, übermorgen, uebermorgen, ÜBERMORGEN", "2026-11-19"),
        ("in 3 days, 3 days, +3d, + 3 d, 3d, in 3 Tagen, in drei Tagen, in three days", "2026-11-20"),
        ("in a week, a week, one week, 1 week, +1w, in einer Woche, eine Woche", "2026-11-24"),
        ("two weeks, in 2 weeks, 2w, in zwei Wochen, in 14 Tagen, +14d, 14 days", "2026-12-01"),
        ("in a month, in einem Monat, +1m, 1 month, ein Monat", "2026-12-17"),
        ("in 3 months, 3 Monate, in drei Monaten", "2027-02-17"),
        ("in zwölf Monaten, in zwoelf Monaten, in a year, in einem Jahr, 1y", "2027-11-17"),
        ("next week, nächste Woche, naechste Woche, kommende Woche", "2026-11-23"),
        ("next month, nächsten Monat, nächster Monat, kommenden Monat", "2026-12"),
    ],
)
def test_days_near_today(texts, expected):
    assert {text: slug(text) for text in texts.split(", ")} == dict.fromkeys(texts.split(", "), expected)


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("tomorrow", date(2026, 12, 31), "2027-01-01"),
        ("morgen", date(2028, 2, 28), "2028-02-29"),
        ("tomorrow", date(2027, 2, 28), "2027-03-01"),
        ("in a month", date(2027, 1, 31), "2027-02-28"),
        ("in a month", date(2028, 1, 31), "2028-02-29"),
        ("in 3 Monaten", date(2026, 11, 30), "2027-02-28"),
        ("in a year", date(2028, 2, 29), "2029-02-28"),
        ("next month", date(2026, 12, 31), "2027-01"),
        ("nächsten Monat", date(2027, 1, 31), "2027-02"),
        ("next week", date(2026, 12, 31), "2027-01-04"),
        ("next week", date(2026, 11, 22), "2026-11-23"),
        ("next week", date(2026, 11, 23), "2026-11-30"),
    ],
)
def test_near_days_at_the_ends_of_months_and_years(text, today, expected):
    assert slug(text, today) == expected


# Weekdays


@pytest.mark.parametrize("names", [ENGLISH_DAYS, GERMAN_DAYS])
@pytest.mark.parametrize("offset", range(7))
def test_a_weekday_is_the_next_one_after_today(names, offset):
    today = TUESDAY + timedelta(days=offset)
    coming = [today + timedelta(days=n) for n in range(1, 8)]
    assert [slug(names[day.weekday()], today) for day in coming] == [str(day) for day in coming]


@pytest.mark.parametrize(("names", "word"), [(ENGLISH_DAYS, "next"), (GERMAN_DAYS, "nächsten")])
@pytest.mark.parametrize("offset", range(7))
def test_next_with_a_weekday_means_the_next_calendar_week(names, word, offset):
    today = date(2026, 11, 16) + timedelta(days=offset)
    assert [slug(f"{word} {name}", today) for name in names] == [f"2026-11-{n}" for n in range(23, 30)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("friday, Fri, fri., fr, Fr., on Friday, am Freitag, this Friday, kommenden Freitag", "2026-11-20"),
        ("tue, Tues, Tuesday, di, Dienstag, this Tuesday, am Dienstag", "2026-11-24"),
        ("sat, Samstag, Sonnabend, Sa", "2026-11-21"),
        ("next Friday, nächsten Freitag, am nächsten Freitag, next fri", "2026-11-27"),
        ("Friday next week, next week Friday, next week on Friday", "2026-11-27"),
        ("nächste Woche Freitag, nächste Woche am Freitag, Freitag nächster Woche", "2026-11-27"),
        ("Tuesday in two weeks, Dienstag in zwei Wochen, di in 2 Wochen", "2026-12-01"),
        ("Friday in a week, Freitag in einer Woche", "2026-11-27"),
    ],
)
def test_ways_to_say_a_weekday(texts, expected):
    assert {text: slug(text) for text in texts.split(", ")} == dict.fromkeys(texts.split(", "), expected)


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("Montag in einer Woche", date(2026, 11, 22), "2026-11-30"),
        ("Monday in a week", date(2026, 11, 23), "2026-11-30"),
        ("Monday in a week", TUESDAY, "2026-11-30"),
        ("Sunday in two weeks", date(2026, 11, 23), "2026-12-13"),
    ],
)
def test_weeks_are_counted_from_the_coming_weekday(text, today, expected):
    assert slug(text, today) == expected


def test_a_weekday_may_stand_before_its_day():
    texts = ["Tue 8 Dec", "Di, 8.12.", "Dienstag, den 8. Dezember", "Tuesday the 8th", "tue 8"]
    assert {slug(text) for text in texts} == {"2026-12-08"}


def test_a_weekday_that_is_not_that_of_its_day_is_refused():
    assert complaint("Wed 8 Dec").endswith(" is a Tuesday: correct one of them.")


# Named days


@pytest.mark.parametrize(
    "text",
    [
        "5 July",
        "5. Juli",
        "July 5",
        "5th of July",
        "the 5th of July",
        "5th July",
        "July 5th",
        "July the 5th",
        "5.7.",
        "5.7",
        "05.07.",
        "5/7",
        "5 jul",
        "5. Jul.",
        "JULI 5",
        " 5  July ",
        "am 5. Juli",
        "on 5 July",
        "5.7.27",
        "05.07.2027",
        "5. 7. 2027",
        "5/7/2027",
        "2027-07-05",
        "2027-7-5",
        "July 5, 2027",
        "5 July 2027",
        "5. Juli 27",
        "5. Juli 2027.",
    ],
)
def test_ways_to_write_a_day(text):
    assert read_date(text, today=TUESDAY) == Tab(date(2027, 7, 5))


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("17 November", TUESDAY, "2026-11-17"),
        ("16 November", TUESDAY, "2027-11-16"),
        ("31.12.", TUESDAY, "2026-12-31"),
        ("1 January", date(2026, 12, 31), "2027-01-01"),
        ("29 Feb", TUESDAY, "2028-02-29"),
        ("29.2.", date(2028, 2, 29), "2028-02-29"),
        ("29. Februar", date(2028, 3, 1), "2032-02-29"),
        ("5. März", TUESDAY, "2027-03-05"),
        ("5. Maerz", TUESDAY, "2027-03-05"),
        ("5. Mär.", TUESDAY, "2027-03-05"),
        ("5. Mrz.", TUESDAY, "2027-03-05"),
        ("5. Jänner", TUESDAY, "2027-01-05"),
        ("July 27", TUESDAY, "2027-07-27"),
    ],
)
def test_a_day_without_a_year_is_the_next_one(text, today, expected):
    assert slug(text, today) == expected


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("8", TUESDAY, "2026-12-08"),
        ("17", TUESDAY, "2026-11-17"),
        ("18.", TUESDAY, "2026-11-18"),
        ("16th", TUESDAY, "2026-12-16"),
        ("am 8.", TUESDAY, "2026-12-08"),
        ("31", TUESDAY, "2026-12-31"),
        ("31", date(2026, 9, 1), "2026-10-31"),
        ("30", date(2027, 1, 31), "2027-03-30"),
        ("29", date(2027, 1, 30), "2027-03-29"),
        ("29", date(2028, 1, 30), "2028-02-29"),
        ("1", date(2026, 12, 31), "2027-01-01"),
    ],
)
def test_a_number_is_the_next_day_with_that_number(text, today, expected):
    assert slug(text, today) == expected


# Months


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        ("July|Juli|jul|in July|im Juli|July 2027|Juli 2027|07/2027|7.2027|2027-07", ""),
        ("early July|in early July|beginning of July|Anfang Juli", "early"),
        ("mid July|mid-July|middle of July|Mitte Juli|Mitte Juli 2027", "middle"),
        ("end of July|late July|Ende Juli|Ende Juli 2027|July 2027 end", "late"),
        (
            "first half of July|the first half of July|July first half|July, first half|1st half of July",
            "half_1",
        ),
        (
            "erste Hälfte Juli|erste Haelfte Juli|in der ersten Hälfte Juli|1. Hälfte Juli|Juli, erste Hälfte",
            "half_1",
        ),
        ("second half of July|zweite Hälfte Juli|Juli zweite Hälfte|July 2027, second half", "half_2"),
    ],
)
def test_a_month_alone_is_a_month_tab(texts, hint):
    tabs = {text: read_date(text, today=TUESDAY) for text in texts.split("|")}
    assert tabs == dict.fromkeys(texts.split("|"), Tab(date(2027, 7, 1), "month", hint=hint))


def test_a_month_that_is_over_is_that_of_next_year():
    assert [slug(text) for text in ("October", "Dezember", "January")] == ["2027-10", "2026-12", "2027-01"]


# Times of day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow 10:15", Tab(date(2026, 11, 18), at=time(10, 15))),
        ("tomorrow 9", Tab(date(2026, 11, 18), at=time(9))),
        ("heute 17", Tab(date(2026, 11, 17), at=time(17))),
        ("10:15 tomorrow", Tab(date(2026, 11, 18), at=time(10, 15))),
        ("8 at 14:30", Tab(date(2026, 12, 8), at=time(14, 30))),
        ("Friday 9am", Tab(date(2026, 11, 20), at=time(9))),
        ("9 a.m. Friday", Tab(date(2026, 11, 20), at=time(9))),
        ("5 July 2 pm", Tab(date(2027, 7, 5), at=time(14))),
        ("5 July 2027, 2:30 p.m.", Tab(date(2027, 7, 5), at=time(14, 30))),
        ("morgen um 10 Uhr", Tab(date(2026, 11, 18), at=time(10))),
        ("um 10 Uhr am Freitag", Tab(date(2026, 11, 20), at=time(10))),
        ("morgen 10.15 Uhr", Tab(date(2026, 11, 18), at=time(10, 15))),
        ("morgen um 10", Tab(date(2026, 11, 18), at=time(10))),
        ("5.7. 8:00", Tab(date(2027, 7, 5), at=time(8))),
        ("5.7.27 10.15 Uhr", Tab(date(2027, 7, 5), at=time(10, 15))),
        # Here "am" is German.
        ("um 14 am Freitag", Tab(date(2026, 11, 20), at=time(14))),
        ("today 12am", Tab(TUESDAY, at=time(0))),
        ("today 12 pm", Tab(TUESDAY, at=time(12))),
        ("2026-12-08 @ 9:05", Tab(date(2026, 12, 8), at=time(9, 5))),
    ],
)
def test_a_day_may_have_a_time(text, expected):
    assert read_date(text, today=TUESDAY) == expected


@pytest.mark.parametrize("text", ["cabinet", "rest", "Schrank", "ruhen", "ablegen", "in den Schrank"])
def test_the_cabinet(text):
    assert read_date(text, today=TUESDAY) == Tab(None)


# What cannot be read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "Name a day, such as “tomorrow”, “in 3 weeks” or “5 July”."),
        (" . ", "Name a day, such as “tomorrow”, “in 3 weeks” or “5 July”."),
        ("soon", "“soon” is no date we know. Write “tomorrow”, “in 3 weeks”, “5 July” or “July”."),
        ("31 June", "31 June does not exist."),
        ("31. Juni 2027", "31 June 2027 does not exist."),
        ("29.2.2027", "29 February 2027 does not exist."),
        ("0 July", "0 July does not exist."),
        ("5 July 0000", "5 July 0000 does not exist."),
        ("July 0000", "1 July 0000 does not exist."),
        ("7/25", "There is no month 25; the day stands first, as in 31/12."),
        ("13/2027", "There is no month 13; the day stands first, as in 31/12."),
        ("0", "No month has a day 0."),
        ("32", "No month has a day 32."),
        ("yesterday", "Yesterday has passed: name a day from today on."),
        ("gestern", "Yesterday has passed: name a day from today on."),
        ("16.11.2026", "Yesterday has passed: name a day from today on."),
        ("October 2026", "October 2026 has passed: name a day from today on."),
        ("November", "It is November already: name a day."),
        ("Ende November", "It is November already: name a day."),
        ("July 2035", "July 2035 is more than five years away: name a nearer day."),
        ("July 10:15", "A time of day needs a day, such as “tomorrow 10:15”."),
        ("cabinet 10:15", "A time of day needs a day, such as “tomorrow 10:15”."),
        ("10:15", "Name the day as well, such as “tomorrow 10:15”."),
        ("um 10", "Name the day as well, such as “tomorrow 10:15”."),
        ("tomorrow 25:10", "25:10 is no time of day."),
        ("12:99", "12:99 is no time of day."),
        ("tomorrow 24 Uhr", "24:00 is no time of day."),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text, expected):
    assert complaint(text) == expected


@pytest.mark.parametrize("text", ["5 July 2025", "5.7.25", "2026-11-15"])
def test_a_day_that_has_passed_is_refused(text):
    assert complaint(text).endswith(" has passed: name a day from today on.")


@pytest.mark.parametrize(
    "text", ["18 November 2031", "in 999 years", "in 61 months", "999 weeks", "5.7.2099"]
)
def test_a_day_too_far_ahead_is_refused(text):
    assert complaint(text).endswith(" is more than five years away: name a nearer day.")


def test_five_years_to_the_day_are_allowed():
    assert slug("17 November 2031") == "2031-11-17"


def test_a_long_text_is_refused_and_cut():
    assert complaint("x" * 500).startswith("“" + "x" * 80 + "”")


WORDS = [
    *(
        "in",
        "next",
        "nächste",
        "Woche",
        "week",
        "Tuesday",
        "di",
        "July",
        "februar",
        "half",
        "at",
        "um",
        "uhr",
    ),
    *("31", "29", "0", "99", "2027", "d", "w", "pm", ".", "/", ":", "-", "+"),
]
PHRASES = st.lists(st.sampled_from(WORDS), max_size=6)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=30) | PHRASES.map(" ".join) | PHRASES.map("".join),
    today=st.dates(date(2000, 1, 1), date(2100, 12, 31)),
)
def test_any_text_is_a_tab_from_today_on_or_unreadable(text, today):
    try:
        tab = read_date(text, today=today)
    except UnreadableDate:
        return
    assert tab.is_cabinet or tab.due_on >= today
    assert Tab.from_slug(tab.slug) == Tab(tab.due_on, tab.precision)


# Round trip


def notations(day):
    """The day with its year, and without where that is enough."""
    english, german = ENGLISH_MONTHS[day.month], GERMAN_MONTHS[day.month]
    n, month, year = day.day, day.month, day.year
    short = [f"{n} {english}", f"{english} {n}", f"{n}. {german}", f"{n}.{month}.", f"{n}/{month}"]
    short += [f"{n}th of {english[:3]}", f"{english[:3].lower()} {n}", f"{n:02}.{month:02}."]
    dated = [f"{text} {year}" for text in short[:3]]
    dated += [str(day), f"{n:02}.{month:02}.{year}", f"{n}.{month}.{year % 100}", f"{n}/{month}/{year}"]
    dated += [f"{ENGLISH_DAYS[day.weekday()]}, {n} {english} {year}"]
    dated += [f"{GERMAN_DAYS[day.weekday()][:2]}., {n}.{month}.{year}"]
    return short, dated


@settings(max_examples=100, deadline=None)
@given(today=st.dates(date(2024, 1, 1), date(2032, 12, 31)), ahead=st.integers(0, 400))
def test_every_notation_of_a_day_gives_that_day(today, ahead):
    day = today + timedelta(days=ahead)
    short, dated = notations(day)
    texts = dated + (short if ahead < 365 else []) + [f"in {ahead} days", f"+{ahead}d", f"in {ahead} Tagen"]
    assert {text: slug(text, today) for text in texts} == dict.fromkeys(texts, str(day))


def test_each_of_the_next_400_days_is_read_in_every_notation():
    wrong = {}
    for ahead in range(401):
        day = TUESDAY + timedelta(days=ahead)
        short, dated = notations(day)
        texts = dated + (short if ahead < 365 else [])
        wrong |= {text: day for text in texts if slug(text) != str(day)}
    assert wrong == {}


# Quick dates and rest days


def labelled(today, calendar=BAVARIA):
    with override("en-gb"):
        return [(key, str(label), str(day)) for key, label, day in quick_dates(today, calendar)]


def test_quick_dates_on_an_ordinary_day():
    assert labelled(TUESDAY) == [
        ("1d", "Tomorrow", "2026-11-18"),
        ("3d", "+3 days", "2026-11-20"),
        ("1w", "+1 week", "2026-11-24"),
        ("1m", "+1 month", "2026-12-17"),
    ]


def test_quick_dates_before_a_weekend_name_the_day_they_mean():
    assert labelled(date(2026, 11, 20)) == [
        ("1d", "Monday", "2026-11-23"),
        ("3d", "+3 days", "2026-11-23"),
        ("1w", "+1 week", "2026-11-27"),
        ("1m", "+1 month", "2026-12-21"),
    ]


def test_quick_dates_pass_holidays_at_the_end_of_a_year():
    assert labelled(date(2026, 12, 24)) == [
        ("1d", "Monday", "2026-12-28"),
        ("3d", "+3 days", "2026-12-28"),
        ("1w", "+1 week", "2026-12-31"),
        ("1m", "+1 month", "2027-01-25"),
    ]


def test_a_month_from_the_31st_is_the_last_day_of_a_shorter_month():
    assert labelled(date(2028, 1, 31))[3] == ("1m", "+1 month", "2028-02-29")


@pytest.mark.parametrize(
    ("tab", "expected"),
    [
        (Tab(TUESDAY), None),
        (Tab(date(2026, 11, 21)), date(2026, 11, 23)),
        (Tab(date(2026, 12, 25)), date(2026, 12, 28)),
        (Tab(date(2026, 11, 1), "month"), None),
        (Tab(None), None),
    ],
)
def test_a_rest_day_offers_the_next_working_day(tab, expected):
    assert rest_day_hint(tab, BAVARIA) == expected


def test_a_team_that_never_works_is_offered_nothing():
    assert rest_day_hint(Tab(date(2026, 11, 21)), WorkCalendar("DE", "", "")) is None
