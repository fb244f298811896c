import logging

import pytest
from django.core.management import CommandError, call_command

from followups.checks import Report, check_binder, check_binder_nightly
from followups.models import FollowUp
from tests.factories import NOW, make_customer, make_dossier, make_followup


def test_counts_what_lies_in_the_binder_and_what_rests(nino):
    make_dossier(owner=nino)
    make_dossier(owner=nino)
    make_dossier(owner=nino, rest_reason="closed until spring")
    assert check_binder() == Report(in_binder=2, resting=1, astray=[])


def test_an_empty_database_is_in_order(db):
    assert check_binder() == Report(0, 0, [])


def test_a_customer_without_any_place_is_astray(nino):
    customer = make_customer(owner=nino)
    assert check_binder() == Report(0, 0, [customer.pk])


def test_a_customer_whose_last_place_was_closed_is_astray(nino):
    followup = make_dossier(owner=nino)
    followup.close(result=FollowUp.Result.MOVED, by=nino, now=NOW)
    assert check_binder().astray == [followup.customer_id]


def test_a_dossier_in_a_binder_of_another_team_is_astray_and_not_counted(nino, stranger):
    customer = make_customer(owner=nino)
    make_followup(customer=customer, owner=stranger)
    assert check_binder() == Report(0, 0, [customer.pk])


def test_looks_at_one_team_alone_when_asked(nino, stranger):
    make_dossier(owner=nino)
    lost = make_customer(owner=stranger)
    assert check_binder(nino.team) == Report(1, 0, [])
    assert check_binder(stranger.team) == Report(0, 0, [lost.pk])


@pytest.mark.parametrize("number", [1, 30])
def test_takes_the_same_queries_for_any_number(nino, django_assert_num_queries, number):
    for _ in range(number):
        make_dossier(owner=nino)
    with django_assert_num_queries(4):
        check_binder()


def test_the_command_says_so_in_one_line(nino, capsys):
    make_dossier(owner=nino)
    make_dossier(owner=nino, rest_reason="moved away")
    call_command("check_binder")
    assert capsys.readouterr().out == "1 in the binder, 1 resting in the cabinet, 0 astray.\n"


def test_the_command_fails_and_names_the_first_twenty(nino, capsys):
    lost = [make_customer(owner=nino).pk for _ in range(21)]
    with pytest.raises(CommandError) as error:
        call_command("check_binder")
    assert str(error.value) == f"Astray: customers {', '.join(map(str, lost[:20]))} …"
    assert error.value.returncode == 1
    assert capsys.readouterr().out == "0 in the binder, 0 resting in the cabinet, 21 astray.\n"


def test_the_night_logs_a_breach_by_ids_alone(nino, caplog):
    customer = make_customer(owner=nino, name="Weingut Kessler")
    with caplog.at_level(logging.INFO):
        message = check_binder_nightly(NOW)
    assert message == "0 in the binder, 0 resting in the cabinet, 1 astray."
    assert [r.getMessage() for r in caplog.records] == [f"check_binder: {message} Customers {customer.pk}"]


def test_the_night_is_silent_when_all_is_well(nino, caplog):
    make_dossier(owner=nino)
    with caplog.at_level(logging.INFO):
        assert check_binder_nightly(NOW) == "1 in the binder, 0 resting in the cabinet, 0 astray."
    assert caplog.records == []


def test_a_dossier_of_somebody_who_has_left_is_astray(nino):
    followup = make_dossier(owner=nino)
    nino.is_active = False
    nino.save()
    assert check_binder().astray == [followup.customer_id]


def test_a_dossier_in_the_binder_of_another_than_its_owner_is_astray(nino, levan):
    customer = make_customer(owner=nino)
    make_followup(customer=customer, owner=levan)
    assert check_binder() == Report(0, 0, [customer.pk])
