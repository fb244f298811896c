from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0001_first_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='outgoingmail',
            name='answers',
            field=models.TextField(blank=True, default=''),
        ),
    ]
