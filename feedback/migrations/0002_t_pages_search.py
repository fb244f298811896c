from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

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
    operations = [
        migrations.AddField("ticket", "search_text", models.TextField(blank=True, editable=False)),
        migrations.AlterField(
            "message",
            "event",
            models.CharField(
                blank=True,
                choices=[
                    ("assigned", "passed on"),
                    ("escalated", "escalated"),
                    ("calmed", "escalation taken back"),
                    ("closed", "closed"),
                    ("reopened", "reopened"),
                    ("waits", "waits for the customer"),
                    ("goes_on", "goes on"),
                    ("merged", "merged"),
                    ("filed", "put into a dossier"),
                    ("bounced", "came back"),
                ],
                max_length=10,
            ),
        ),
        migrations.RemoveIndex("ticket", "ticket_closed"),
        migrations.AddIndex(
            "ticket",
            models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["team", "closed_at", "id"],
                name="ticket_closed",
            ),
        ),
        TrigramExtension(),
        migrations.RunPython(create, drop),
    ]
