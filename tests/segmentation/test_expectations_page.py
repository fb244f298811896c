from datetime import timedelta

import pytest

from segmentation.models import Forecast
from tests.factories import TODAY

URL = "/segments/expectations/"


@pytest.fixture
def page(client_of, nino):
    return client_of(nino)


def make_forecast(team, *figures, **kw):
    """Weeks of (expected, observed), the last of them today."""
    days = [TODAY - timedelta(7 * n) for n in range(len(figures))][::-1]
    weeks = [[day.isoformat(), *each] for day, each in zip(days, figures, strict=True)]
    return Forecast.objects.create(team=team, as_of=TODAY, weeks=weeks, **kw)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_weeks_are_summed_up_in_words(page, team):
    make_forecast(team, (100.0, 130), (100.0, 130), (90.0, None))
    response = page.get(URL)
    record = response.context["record"]
    assert (record.observed, record.expected, record.ratio) == (260, 200, 1.3)
    text = text_of(response)
    assert "30 % more bought than expected." in text
    assert (
        "Told on 2 days, each a week after the other: 200 buyers expected, 260 came, a ratio of 1.30." in text
    )
    assert "between 161 and 239: something has changed" in text
    assert "not over yet" in text
    assert "style=" not in text


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (104, "As many bought as expected."),
        (80, "20 % fewer bought than expected."),
        (0, "100 % fewer bought"),
    ],
)
def test_the_summary_in_words(page, team, observed, words):
    make_forecast(team, (100.0, observed))
    assert words in text_of(page.get(URL))


def test_what_lies_within_chance_says_so(page, team):
    make_forecast(team, (10.0, 14))
    assert "between 1 and 19, and it does." in text_of(page.get(URL))


def test_the_first_ones_are_still_running(page, team):
    make_forecast(team, (10.0, None))
    assert "The first expectations are still running." in text_of(page.get(URL))


def test_what_is_missing_is_said(page, team):
    make_forecast(team, missing_weeks=3, missing_buyers=20)
    assert "missing: 3 more weeks of history, 20 more repeat purchases." in text_of(page.get(URL))


def test_before_the_first_night(page):
    assert "Nothing has been expected of anybody yet." in text_of(page.get(URL))


def test_a_stranger_sees_nothing_of_it(client_of, team, stranger):
    make_forecast(team, (100.0, 130))
    assert "Nothing has been expected" in text_of(client_of(stranger).get(URL))


def test_only_reading_is_possible(page):
    assert page.post(URL).status_code == 405


@pytest.mark.parametrize("weeks", [1, 26])
def test_the_page_takes_one_query_of_its_own(page, team, weeks, django_assert_num_queries):
    make_forecast(team, *[(10.0, 9)] * weeks)
    with django_assert_num_queries(3):
        assert len(page.get(URL).context["record"].days) <= 6
