from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

CREATE = "CREATE INDEX ticket_search ON feedback_ticket USING gin (search_text gin_trgm_ops)"


def create(apps, schema_editor):
    """On PostgreSQL a trigram index answers "contains"; SQLite reads the table through, which is quick enough."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX ticket_search")


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]
    operations = [TrigramExtension(), migrations.RunPython(create, drop)]
