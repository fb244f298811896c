from django.db import migrations

from crm.mail.addresses import address_hash

BATCH = 2000


def keep_hashes(apps, schema_editor):
    customers = apps.get_model("contacts.Customer").objects
    rows = customers.select_related("main_person").only("email", "letter_hash", "main_person__email")
    changed = []
    for customer in rows.iterator(BATCH):
        email = (customer.main_person.email if customer.main_person else "") or customer.email
        if email:
            customer.letter_hash = address_hash(email)
            changed.append(customer)
        if len(changed) == BATCH:
            customers.bulk_update(changed, ["letter_hash"])
            changed = []
    customers.bulk_update(changed, ["letter_hash"])


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_letters")]
    operations = [migrations.RunPython(keep_hashes, migrations.RunPython.noop, elidable=True)]
