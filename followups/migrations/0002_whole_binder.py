import django.db.models.deletion
import django.utils.timezone
import followups.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0001_first_version'),
        ('followups', '0001_first_version'),
        ('team', '0002_whole_binder'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=followups.models.new_public_id, max_length=22, unique=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='LeftBehind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('number', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='SlipWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=30)),
                ('what', models.CharField(choices=[('off', 'off'), ('show', 'show'), ('pull', 'pull forward')], max_length=4)),
            ],
        ),
        migrations.AddField(
            model_name='followup',
            name='skipped_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['owner', 'closed_at'], name='followup_closed'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='leftbehind',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='left_behind', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lot',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lots', to='contacts.customer'),
        ),
        migrations.AddField(
            model_name='lot',
            name='share',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lots', to='team.share'),
        ),
        migrations.AddField(
            model_name='slipwish',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slip_wishes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='leftbehind',
            constraint=models.UniqueConstraint(fields=('user', 'day'), name='left_behind_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.UniqueConstraint(fields=('share', 'customer'), name='lot_once_per_share'),
        ),
        migrations.AddConstraint(
            model_name='slipwish',
            constraint=models.UniqueConstraint(fields=('user', 'source'), name='slip_wish_once_per_source'),
        ),
    ]
