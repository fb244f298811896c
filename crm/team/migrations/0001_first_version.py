import crm.team.models
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('team', '0001_initial')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('role', models.CharField(choices=[('manager', 'manager'), ('lead', 'team lead'), ('admin', 'administrator')], default='manager', max_length=10, verbose_name='role')),
                ('is_active', models.BooleanField(default=True, verbose_name='may log in')),
                ('theme', models.CharField(choices=[('auto', 'as the system'), ('light', 'day'), ('dark', 'lamp')], default='auto', max_length=5, verbose_name='theme')),
                ('keys_enabled', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                ('own_time_zone', models.CharField(blank=True, max_length=64, validators=[crm.team.models.is_time_zone], verbose_name='time zone')),
                ('own_country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('own_region', models.CharField(blank=True, max_length=8, verbose_name='region')),
                ('own_working_days', models.CharField(blank=True, max_length=7, validators=[django.core.validators.RegexValidator('^1?2?3?4?5?6?7?$', 'Name working days as digits, Monday being 1.')], verbose_name='working days')),
                ('own_capacity', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='dossiers a day')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, unique=True)),
                ('last_started_at', models.DateTimeField(null=True)),
                ('last_finished_at', models.DateTimeField(null=True)),
                ('message', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('time_zone', models.CharField(default='Europe/Berlin', max_length=64, validators=[crm.team.models.is_time_zone], verbose_name='time zone')),
                ('country', models.CharField(default='DE', max_length=2, verbose_name='country')),
                ('region', models.CharField(blank=True, max_length=8, verbose_name='region')),
                ('working_days', models.CharField(default='12345', max_length=7, validators=[django.core.validators.RegexValidator('^1?2?3?4?5?6?7?$', 'Name working days as digits, Monday being 1.')], verbose_name='working days')),
                ('day_capacity', models.PositiveSmallIntegerField(default=16, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='dossiers a day')),
                ('managers_see', models.CharField(choices=[('team', 'the whole team’s dossiers'), ('own', 'only their own and those they look after')], default='team', max_length=4, verbose_name='managers see')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('stand_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='stands_in', to=settings.AUTH_USER_MODEL, verbose_name='stand-in')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_ends_after_start'), models.CheckConstraint(condition=models.Q(('stand_in__isnull', True), models.Q(('stand_in', models.F('user')), _negated=True), _connector='OR'), name='absence_stand_in_is_another')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='team.team'),
        ),
    ]
