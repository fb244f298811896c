import pytest

NOBODY = "redis://127.0.0.1:1/0"


@pytest.mark.django_db
def test_healthz_is_public_and_says_ok(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.django_db
def test_healthz_says_503_and_no_more_when_redis_is_away(client, settings):
    settings.REDIS_URL = NOBODY
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"not ready")


@pytest.mark.django_db
def test_healthz_only_reads(client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_healthz_asks_the_database_once(client, settings, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/healthz")
