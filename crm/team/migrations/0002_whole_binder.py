import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('team', '0001_first_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='absence',
            name='welcomed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='team',
            name='weekday_capacity',
            field=models.JSONField(blank=True, default=dict, verbose_name='on single weekdays'),
        ),
        migrations.AddField(
            model_name='user',
            name='own_days_off',
            field=models.JSONField(blank=True, default=list, verbose_name='days off'),
        ),
        migrations.AddField(
            model_name='user',
            name='own_weekday_capacity',
            field=models.JSONField(blank=True, default=dict, verbose_name='on single weekdays'),
        ),
        migrations.AddField(
            model_name='user',
            name='tabs',
            field=models.PositiveSmallIntegerField(choices=[(0, '31 numbers, rolling on'), (1, 'dates of working days, one month ahead'), (2, 'dates of working days, two months ahead'), (3, 'dates of working days, three months ahead')], default=0, verbose_name='day tabs'),
        ),
        migrations.CreateModel(
            name='Split',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('absence', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='team.absence')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='splits', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('keeps_rest', models.BooleanField(default=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to=settings.AUTH_USER_MODEL)),
                ('split', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='team.split')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('split', 'user'), name='share_once_per_split'), models.UniqueConstraint(condition=models.Q(('keeps_rest', True)), fields=('split',), name='share_one_keeps_the_rest')],
            },
        ),
    ]
