import pytest

from crm.numbers import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None), ("", None), ("-1", None),
     ("1.5", None), ("²", None), (None, None)],
)  # fmt: skip
def test_a_number_is_read_from_digits_that_a_database_can_hold(text, number):
    assert number_in(text) == number
