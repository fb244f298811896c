"""A link in a mail is good for what it was made for, and cannot be made up."""

import random
import string

import pytest

from crm.mail.models.outgoing import new_public_id
from crm.mail.tokens import UNSUBSCRIBE, public_id_of, token_for

LETTERS = string.ascii_letters + string.digits + "-_~"
PUBLIC_ID = "q3TjbXkfqM0hW8mZyVn2Lw"


def test_a_token_gives_back_what_was_signed():
    token = token_for(PUBLIC_ID, purpose=UNSUBSCRIBE)
    assert public_id_of(token, purpose=UNSUBSCRIBE) == PUBLIC_ID


def test_a_token_for_another_purpose_is_none():
    assert public_id_of(token_for(PUBLIC_ID, purpose="rating"), purpose=UNSUBSCRIBE) is None


def test_the_token_says_nothing_of_the_customer():
    token = token_for(PUBLIC_ID, purpose=UNSUBSCRIBE)
    assert (token.split("~")[0], len(token)) == (PUBLIC_ID, 66)


@pytest.mark.parametrize("token", ["", "~", PUBLIC_ID, f"{PUBLIC_ID}~", f"~{PUBLIC_ID}", "ü~\x00", "~" * 500])
def test_what_is_no_token(token):
    assert public_id_of(token, purpose=UNSUBSCRIBE) is None


def test_of_ten_thousand_mutated_tokens_none_is_accepted():
    chance = random.Random(31)
    token = token_for(PUBLIC_ID, purpose=UNSUBSCRIBE)
    forged = {mutated(token, chance) for _ in range(13_000)} - {token}
    assert len(forged) >= 10_000
    assert [each for each in forged if public_id_of(each, purpose=UNSUBSCRIBE)] == []


def mutated(token: str, chance: random.Random) -> str:
    """One to three letters replaced, left out, added or swapped; or another id under the same signature."""
    if chance.random() < 0.1:
        return f"{new_public_id()}~{token.split('~')[1]}"
    letters = list(token)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(letters) - 1)
        match chance.randrange(4):
            case 0:
                letters[place] = chance.choice(LETTERS)
            case 1:
                del letters[place]
            case 2:
                letters.insert(place, chance.choice(LETTERS))
            case 3:
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
