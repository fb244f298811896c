import pytest

from contacts.phones import normal_phone, phone_digits, query_digits, stored_digits


@pytest.mark.parametrize(
    ("written", "country", "normal"),
    [
        ("(069) 231-25938", "DE", "+49 69 23125938"),
        ("06923125070", "DE", "+49 69 23125070"),
        ("004922123125269", "DE", "+49 221 23125269"),
        ("+49 (0)69 231250", "GE", "+49 69 231250"),
        ("+44(0)1174961492", "DE", "+44 117 496 1492"),
        ("01174961492", "GB", "+44 117 496 1492"),
        ("0302/3125000", "DE", "+49 30 23125000"),
        ("069 231250 ext. 12", "DE", "+49 69 231250 ext. 12"),
        ("keine", "DE", "keine"),
        ("069 231250,  069 231251", "DE", "069 231250, 069 231251"),
        ("069 231250 / 0171 3312345", "DE", "069 231250 / 0171 3312345"),
        ("069 231250", "", "069 231250"),
        ("", "DE", ""),
    ],
)
def test_a_number_is_kept_in_one_notation_or_as_written(written, country, normal):
    assert normal_phone(written, country) == normal
    assert normal_phone(normal, country) == normal


def test_notations_of_one_number_have_the_same_digits():
    notations = ["+49 (0)69 231250", "069/231-250", "0049 69 231250", "069 231250 ext. 3"]
    assert {phone_digits(each, "DE") for each in notations} == {"4969231250"}
    assert phone_digits("keine", "DE") == ""
    assert len(phone_digits("1" * 60, "")) == 40


@pytest.mark.parametrize(
    "typed", ["+49 (0)69 231", "0049 69 231", "069/231-25", "69 231", "(069) 231", "+4969231250", "231250"]
)
def test_a_number_is_found_in_any_notation(typed):
    kept = "\n".join(stored_digits("+4969231250", "DE"))
    assert any(digits in kept for digits in query_digits(typed))


def test_what_is_no_number_is_not_looked_up_as_one():
    assert [query_digits(text) for text in ("Kessler", "K-100", "12", "", "8 Dec")] == [[], [], [], [], []]


def test_an_extension_is_not_part_of_the_digits_that_are_found():
    assert stored_digits("+4969231250 ext. 12", "DE") == ["4969231250", "069231250"]
    assert stored_digits("1234", "") == ["1234"]
