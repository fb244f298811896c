from django.apps.registry import Apps
from django.db import NotSupportedError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = ("text", "html")


def compress_quickly(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of what it takes PostgreSQL to store a letter, its own compression is a quarter; what is there stays as it is."""
    if schema_editor.connection.vendor != "postgresql":
        return
    changes = ", ".join(f"ALTER {name} SET COMPRESSION lz4" for name in TEXTS)
    try:
        with transaction.atomic():
            schema_editor.execute(f"ALTER TABLE mail_outgoingmail {changes}")
    except NotSupportedError:  # a server that was built without it
        pass


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [migrations.RunPython(compress_quickly, migrations.RunPython.noop, elidable=True)]
