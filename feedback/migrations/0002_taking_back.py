import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0001_first_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_counts_a_word_or_sets_aside',
        ),
        migrations.AddField(
            model_name='message',
            name='kept_call_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='kept_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='words',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AlterField(
            model_name='decision',
            name='rating',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='feedback.rating'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='word',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='feedback.word'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rating__isnull', False), ('what', 'aside'), ('word__isnull', True)), models.Q(('what', 'count'), ('word__isnull', False)), _connector='OR'), name='decision_counts_a_word_or_sets_aside'),
        ),
    ]
