import random
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from contacts import registry
from segmentation.nightly_expectations import expect_team
from segmentation.scores import score_everything
from tests.factories import NOW, TODAY, make_purchase, make_user
from tests.segmentation.test_changes import assert_right, fill


@pytest.mark.django_db(transaction=True)
def test_purchases_that_come_while_all_are_worked_out_are_not_lost():
    owner = make_user()
    customers = fill(owner)
    start, errors = Barrier(4), []

    def at_once(work, *args):
        try:
            start.wait()
            work(*args)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    def buy(seed):
        chance = random.Random(seed)
        for _ in range(15):
            customer = chance.choice(customers)
            with transaction.atomic():
                day = TODAY - timedelta(chance.randrange(300))
                make_purchase(customer=customer, bought_on=day, amount=chance.choice(["7.50", "-2.00"]))
                registry.purchases_changed([customer.pk], now=NOW)

    def work_out_all():
        for _ in range(6):
            score_everything(owner.team, as_of=TODAY)
            expect_team(owner.team, on=TODAY)

    threads = [Thread(target=at_once, args=(buy, seed)) for seed in range(3)]
    threads.append(Thread(target=at_once, args=(work_out_all,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert_right(owner.team)
