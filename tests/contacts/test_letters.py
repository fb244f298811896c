"""Letters: fields in braces, a little Markdown, and the words of one customer in them."""

from datetime import date
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contacts.letters import (
    FIELDS,
    check_body,
    check_subject,
    compiled,
    language_of,
    recipient_of,
    unknown_fields,
    values_for,
    written_out,
)
from contacts.models import Customer, LegalBasis
from crm.mail.models import Sender
from tests.factories import TODAY, make_customer, make_sender, make_team, make_user

P = '<p style="margin:0 0 16px">'
VALUES = {name: field.example for name, field in FIELDS.items()}
ROW = "\n"


def errors(check, text):
    with pytest.raises(ValidationError) as caught:
        check(text)
    return caught.value.messages


def html(body, **values):
    return compiled("s", body).fill(VALUES | values).html


def text(body, **values):
    return compiled("s", body).fill(VALUES | values).text


def test_known_fields_are_none_of_the_unknown():
    assert unknown_fields("{greeting} { Name }\n{zip} {} {zip} {manager_email}") == ["zip", ""]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{nmae}", "There is no field {nmae}. Did you mean {name}?"),
        ("{manger}", "There is no field {manger}. Did you mean {manager}?"),
        ("{zip}", "There is no field {zip}."),
        ("{}", "There is no field {}."),
    ],
)
def test_an_unknown_field_is_named_with_the_one_that_was_meant(written, said):
    assert errors(check_subject, f"Hello {written}") == [said]
    assert errors(check_body, f"Hello {written}") == [said]


@pytest.mark.parametrize("written", ["{{name}}", "{name", "name}", "{na\nme}"])
def test_a_lone_brace_is_explained(written):
    said = (
        "A brace stands alone. Braces are for fields, such as {name}; the sign itself is written \\{ or \\}."
    )
    assert said in errors(check_body, written)


def test_braces_with_a_backslash_are_braces():
    check_body(r"\{a\} \\{name}")
    content = compiled(r"\{a\} {name}", r"\{a\} \\{name}").fill(VALUES)
    assert content.subject == "{a} Barbara Kessler"
    assert content.text == "{a} \\Barbara Kessler"
    assert content.html == f"{P}{{a}} \\Barbara Kessler</p>\n"


@pytest.mark.parametrize("address", ["shop", "javascript:alert(1)", "{code}", "/x", "data:text/html,x"])
def test_a_link_that_leads_nowhere_is_named(address):
    said = f"The link to “{address}” leads nowhere. Begin its address with https:// or mailto:."
    assert errors(check_body, f"Look [here]({address}).") == [said]


def test_paragraphs_lines_bold_and_italic():
    body = "{greeting}\n\nyour **boxes** are *here*\nor _there_.\r\n\r\nBye"
    assert text(body) == "Dear Barbara Kessler,\n\nyour boxes are here\nor there.\n\nBye"
    assert html(body) == (
        f"{P}Dear Barbara Kessler,</p>\n"
        f"{P}your <strong>boxes</strong> are <em>here</em><br>\nor <em>there</em>.</p>\n{P}Bye</p>\n"
    )


def test_lists():
    body = "We have\n\n- boxes\n- bags\n  with *windows*\n\n3. first\n4. then\n\nYours"
    assert text(body) == "We have\n\n- boxes\n- bags\n  with windows\n\n3. first\n4. then\n\nYours"
    item = '<li style="margin:0 0 6px">'
    assert f"{item}boxes</li>\n{item}bags<br>\nwith <em>windows</em></li>\n</ul>" in html(body)
    assert '<ol start="3" style="' in html(body)


def test_links_are_written_out_in_plain_text():
    body = "See [our shop](https://shop.example/a?b=1&c=ü), https://x.example/y. "
    body += "[{manager_email}](mailto:{manager_email})"
    assert text(body) == (
        "See our shop (https://shop.example/a?b=1&c=%C3%BC), https://x.example/y. nino@lindner.example"
    )
    assert '<a href="https://shop.example/a?b=1&amp;c=%C3%BC" style="' in html(body)
    assert '>https://x.example/y</a>. <a href="mailto:nino@lindner.example"' in html(body)


def test_a_link_alone_is_a_button():
    body = "Hello\n\n[Order {product_group}](https://shop.example/{code})"
    assert text(body, code="B 7") == "Hello\n\nOrder Folding boxes: https://shop.example/B%207"
    assert 'class="button"' in html(body)
    assert 'class="button"' not in html("Hello [Order](https://shop.example/)")


def test_html_is_shown_and_not_obeyed():
    body = "<script>alert(1)</script> <b>x</b> & &amp;"
    assert text(body) == body
    assert (
        html(body) == f"{P}&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt; &amp; &amp;amp;</p>\n"
    )


def test_what_a_field_says_is_neither_markdown_nor_html_nor_a_field():
    nasty = "<i>*a* {company} [x](https://y.example) _b_ 100% \\"
    content = compiled("{name}", "**{name}**").fill(VALUES | {"name": nasty})
    assert (content.subject, content.text) == (nasty, nasty)
    assert content.html == (
        f"{P}<strong>&lt;i&gt;*a* {{company}} [x](https://y.example) _b_ 100% \\</strong></p>\n"
    )


def test_a_field_in_an_address_cannot_leave_it():
    found = html("[x](https://shop.example/{name}?a=1)", name='"><b>&b=/../')
    assert 'href="https://shop.example/%22%3E%3Cb%3E%26b%3D%2F..%2F?a=1"' in found


def test_signs_of_private_use_are_no_fields():
    content = compiled("a\ue000b", "c\ue001\ue101d").fill(VALUES)
    assert (content.subject, content.text) == ("ab", "cd")


def test_missing_words_are_named():
    letter = compiled("{code}", "{name} [x](https://y.example/{last_purchase})")
    assert letter.fields == ("name", "last_purchase", "code")
    assert letter.missing(VALUES | {"code": "", "last_purchase": ""}) == ["last_purchase", "code"]


_words = st.text(st.sampled_from("ab1 .)-+*_[](){}<>&\\!ü"), max_size=12).map(str.strip).filter(bool)


@given(name=_words, company=_words)
def test_what_is_written_out_says_the_same(name, company):
    """Somebody sees the words of a template, leaves them as they are, and the customer reads what he would have."""
    values = VALUES | {"name": name, "company": company}
    body = "{name}\n\nyour **boxes** for {company} ({name}): x{company}y."
    ours = compiled("s", body).fill(values)
    written = written_out(body, values)
    check_body(written)
    theirs = compiled("s", written).fill({})
    assert theirs.text.split() == ours.text.split()
    assert unescape(theirs.html).split() == unescape(ours.html).split()


# --- what fields say


def a_customer(**kw):
    card = {"name": "Kessler", "number": "K-1", "town": "Graz", "person": "Barbara Kessler"} | kw
    return make_customer(owner=make_user(name="Nino Beridze", email="nino@lindner.example"), **card)


def test_values_of_a_customer(db):
    customer = a_customer()
    sender = make_sender(team=customer.team, name="Lindner Packaging")
    extra = {"last_purchase": date(2026, 5, 3), "product_group": "Bags"}
    assert values_for(customer, sender=sender, language="en", extra=extra) == {
        "greeting": "Dear Barbara Kessler,",
        "name": "Barbara Kessler",
        "company": "Kessler",
        "number": "K-1",
        "town": "Graz",
        "manager": "Nino Beridze",
        "manager_email": "nino@lindner.example",
        "team": "Lindner Packaging",
        "last_purchase": "3 May 2026",
        "product_group": "Bags",
        "code": "",
    }


@pytest.mark.parametrize(
    ("language", "named", "plain", "day"),
    [
        ("en", "Dear Barbara Kessler,", "Good day,", "3 May 2026"),
        ("de", "Guten Tag Barbara Kessler,", "Guten Tag,", "3. Mai 2026"),
        ("ka", "პატივცემულო Barbara Kessler,", "მოგესალმებით,", "3 მაისი, 2026"),
    ],
)
def test_greetings_and_days_in_each_language(db, language, named, plain, day):
    sender, extra = make_sender(), {"last_purchase": date(2026, 5, 3)}
    with_person = values_for(a_customer(), sender=sender, language=language, extra=extra)
    without = values_for(make_customer(), sender=sender, language=language)
    assert [with_person["greeting"], without["greeting"], with_person["last_purchase"]] == [named, plain, day]
    assert set(without) == set(FIELDS)


def test_a_private_customer_is_greeted_by_name(db):
    customer = a_customer(person=None, kind=Customer.Kind.PERSON, name="Max Müller")
    values = values_for(customer, sender=make_sender(team=customer.team), language="de")
    assert (values["greeting"], values["name"]) == ("Guten Tag Max Müller,", "Max Müller")


@pytest.mark.parametrize(
    ("language", "country", "written_in"),
    [("", "AT", "de"), ("", "GE", "ka"), ("en", "DE", "en"), ("", "FR", "ka"), ("", "", "ka")],
)
def test_language_is_the_customers_else_the_countrys_else_the_senders(language, country, written_in):
    customer = Customer(language=language, country=country)
    assert language_of(customer, Sender(language="ka")) == written_in


def test_recipient_is_the_person_with_an_address_else_the_company(db, django_assert_num_queries):
    basis = LegalBasis.objects.create(team=make_team(), text="Yes", source="order form", given_on=TODAY)
    pk = a_customer(email="office@kessler.example", country="AT", legal_basis=basis).pk
    sender = make_sender()
    row = Customer.objects.select_related("main_person", "legal_basis", "owner").get(pk=pk)
    with django_assert_num_queries(0):
        to = recipient_of(row, sender=sender)
        values_for(row, sender=sender, language="de")
    assert (to.name, to.email, to.language, to.country, to.id) == (
        "Kessler", "office@kessler.example", "de", "AT", pk,
    )  # fmt: skip
    assert to.basis == "consent, 17 Nov 2026, order form"
    row.main_person.email = "barbara@kessler.example"
    to = recipient_of(row, sender=sender)
    assert (to.name, to.email) == ("Barbara Kessler", "barbara@kessler.example")
