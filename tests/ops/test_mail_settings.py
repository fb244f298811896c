"""What EMAIL_URL may say."""

import pytest

from crm.mail_settings import mail_settings


@pytest.mark.parametrize(
    ("url", "host", "port", "starts_tls", "is_tls"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://mail.example:2525", "mail.example", 2525, False, False),
        ("submission://mail.example", "mail.example", 587, True, False),
        ("smtp+tls://mail.example:25", "mail.example", 25, True, False),
        ("smtps://mail.example", "mail.example", 465, False, True),
        ("smtp+ssl://mail.example", "mail.example", 465, False, True),
        ("submissions://mail.example", "mail.example", 465, False, True),
    ],
)
def test_a_server(url, host, port, starts_tls, is_tls):
    found = mail_settings(url)
    assert found["MAIL_CARRIER"] == "smtp"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (starts_tls, is_tls)


def test_a_log_in_of_any_signs():
    found = mail_settings("submission://crm%40carton.example:p%40ss%2Fw%3Ard@mail.example")
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("crm@carton.example", "p@ss/w:rd")


@pytest.mark.parametrize("url", ["", "consolemail://"])
def test_without_a_server_mail_to_customers_stays_here(url):
    found = mail_settings(url)
    assert found["MAIL_CARRIER"] == "folder"
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


def test_a_provider():
    assert mail_settings("anymail://amazon_ses") == {
        "MAIL_CARRIER": "anymail",
        "EMAIL_BACKEND": "anymail.backends.amazon_ses.EmailBackend",
    }


@pytest.mark.parametrize(
    "url", ["mail.example", "http://u:secret@mail.example", "anymail://", "anymail://os.path"]
)
def test_anything_else_is_refused_without_telling_passwords(url):
    with pytest.raises(ValueError, match=r"^EMAIL_URL begins with smtp, ") as refusal:
        mail_settings(url)
    assert "secret" not in str(refusal.value)
