import pytest

from contacts.folding import contract, fold, search_forms, search_text, spell_out


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  MÜLLER   Straße ", "muller strasse"),
        ("Søren Łukasz Đorđe", "soren lukasz dorde"),
        ("Ærø, Œuvre, Þór", "aero, oeuvre, thor"),
        ("O’Neill – “Bar”", 'o\'neill - "bar"'),
        ("İstanbul ılık", "istanbul ilik"),
        ("Zoe\u0308", "zoe"),
        ("თბილისი", "თბილისი"),
        ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
        ("ﬁne ™", "fine tm"),
        ("", ""),
    ],
)
def test_folding_leaves_one_way_of_writing(written, folded):
    assert fold(written) == folded


def test_folding_twice_changes_nothing():
    for text in ("Größe ÆØÅ", "ᲗᲑᲘᲚᲘᲡᲘ", "İ ﬁ ’"):
        assert fold(fold(text)) == fold(text)


def test_umlauts_are_spelt_out_as_in_german_and_taken_back():
    assert spell_out("Müller & Söhne") == "mueller & soehne"
    assert spell_out("Mu\u0308ller") == "mueller"
    assert contract("mueller & soehne") == "muller & sohne"


@pytest.mark.parametrize("typed", ["Müller", "Mueller", "muller", "MÜLLER", "Mu\u0308ll", "müll"])
@pytest.mark.parametrize("stored", ["Weingut Müller", "Weingut Mueller", "WEINGUT MÜLLER"])
def test_every_spelling_finds_every_other(typed, stored):
    assert any(form in search_text(stored) for form in search_forms(typed))


def test_another_name_is_not_found():
    assert not any(form in search_text("Weingut Miller") for form in search_forms("Müller"))


def test_what_is_searched_holds_each_part_once_and_phones_as_dialled_from_near_and_far():
    assert search_text("Kessler", "", "KESSLER", phones=["069 231250", ""], country="DE") == (
        "kessler\n4969231250\n069231250"
    )
