import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import segmentation.models.score
import segmentation.models.series
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('segmentation', '0001_initial'), ('segmentation', '0002_pages'), ('segmentation', '0003_interval'), ('segmentation', '0004_series'), ('segmentation', '0005_unhappy')]

    initial = True

    dependencies = [
        ('contacts', '0001_first_version'),
        ('mail', '0001_first_version'),
        ('team', '0001_first_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='forecast', serialize=False, to='team.team')),
                ('as_of', models.DateField(null=True)),
                ('learnt_on', models.DateField(null=True)),
                ('kind', models.CharField(blank=True, max_length=10)),
                ('learnt', models.JSONField(default=dict)),
                ('weeks', models.JSONField(default=list)),
                ('missing_weeks', models.PositiveIntegerField(default=0)),
                ('missing_buyers', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Rules',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='scoring_rules', serialize=False, to='team.team')),
                ('quarters', models.PositiveSmallIntegerField(blank=True, choices=[(4, 'the running quarter and the three before it'), (8, 'the running quarter and the seven before it')], null=True, verbose_name='period')),
                ('quintiles_from', models.PositiveIntegerField(default=100, validators=[django.core.validators.MinValueValidator(5)], verbose_name='customers from which fifths are used')),
                ('recency_limits', models.JSONField(blank=True, null=True, validators=[segmentation.models.score.are_four_rising], verbose_name='recency')),
                ('frequency_limits', models.JSONField(blank=True, null=True, validators=[segmentation.models.score.are_four_rising], verbose_name='frequency')),
                ('money_limits', models.JSONField(blank=True, null=True, validators=[segmentation.models.score.are_four_rising], verbose_name='money')),
                ('one_time_after', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='one-time after so many days')),
                ('lost_after', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='lost after so many days')),
                ('vip_from', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(2)], verbose_name='VIP from so many purchases')),
                ('thank_after_purchase', models.BooleanField(default=True, verbose_name='thank after a purchase')),
            ],
        ),
        migrations.CreateModel(
            name='Scoring',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='scoring', serialize=False, to='team.team')),
                ('version', models.PositiveIntegerField(default=0)),
                ('as_of', models.DateField(null=True)),
                ('period_from', models.DateField(null=True)),
                ('customers', models.PositiveIntegerField(default=0, verbose_name='customers with a purchase in the period')),
                ('method', models.CharField(choices=[('quintiles', 'fifths of your own customers'), ('limits', 'fixed limits')], default='limits', max_length=10)),
                ('recency_points', models.JSONField(default=list)),
                ('frequency_points', models.JSONField(default=list)),
                ('money_points', models.JSONField(default=list)),
                ('one_time_after', models.PositiveIntegerField(default=0)),
                ('lost_after', models.PositiveIntegerField(default=0)),
                ('vip_from', models.PositiveIntegerField(default=0)),
                ('usual_until', models.DateField(null=True)),
                ('usual_one_time_after', models.PositiveIntegerField(null=True)),
                ('usual_lost_after', models.PositiveIntegerField(null=True)),
                ('usual_vip_from', models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='QuarterSummary',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'quarter', blank=True, editable=False, primary_key=True, serialize=False)),
                ('quarter', models.DateField()),
                ('days', models.PositiveIntegerField(verbose_name='days with a purchase')),
                ('money', models.DecimalField(decimal_places=2, max_digits=18)),
                ('last_on', models.DateField(null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='quarters', to='contacts.customer')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='team.team')),
            ],
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('groups', models.JSONField(blank=True, default=list, validators=[segmentation.models.series.are_groups], verbose_name='groups')),
                ('product_group', models.CharField(blank=True, max_length=100, verbose_name='product group')),
                ('begins', models.CharField(choices=[('window_from', 'the first day of the time in which the next purchase is expected'), ('due_on', 'the day after the usual interval'), ('window_to', 'the last day of the time in which the next purchase is expected')], default='window_from', max_length=12, verbose_name='begins on')),
                ('shift_days', models.SmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(-60), django.core.validators.MaxValueValidator(365)], verbose_name='days later')),
                ('held_out_percent', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MaxValueValidator(90)], verbose_name='without a letter, of 100')),
                ('code_prefix', models.CharField(blank=True, max_length=8, validators=[django.core.validators.RegexValidator('^[A-Z0-9]{2,8}$')], verbose_name='offer code begins with')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('running_since', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='series', to='team.team')),
            ],
            options={
                'verbose_name_plural': 'series',
                'ordering': [django.db.models.functions.text.Lower('name'), 'pk'],
                'constraints': [models.UniqueConstraint(models.F('team'), django.db.models.functions.text.Lower('name'), name='series_name_once_in_team')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.DateField()),
                ('group', models.CharField(choices=[('vip', 'VIP'), ('growing', 'growing'), ('beginner', 'beginner'), ('one_time', 'one-time'), ('lost', 'lost')], max_length=10)),
                ('held_out', models.BooleanField()),
                ('code', models.CharField(blank=True, max_length=20)),
                ('enrolled_at', models.DateTimeField()),
                ('begins_on', models.DateField()),
                ('steps_done', models.PositiveSmallIntegerField(default=0)),
                ('next_on', models.DateField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_why', models.CharField(blank=True, choices=[('bought', 'bought again'), ('answered', 'answered'), ('spoken_to', 'a colleague has spoken with them'), ('complained', 'complained of a letter as spam'), ('unhappy', 'has a complaint'), ('opted_out', 'wants no more letters'), ('bounced', 'the address does not exist'), ('no_address', 'no e-mail address any more'), ('no_basis', 'no legal basis any more'), ('taken_out', 'taken out by a colleague'), ('series', 'the series was stopped'), ('too_late', 'the time for the letter had passed'), ('over', 'all letters are sent')], max_length=10)),
                ('bought_on', models.DateField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='contacts.customer')),
                ('stopped_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='team.team')),
                ('series', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='segmentation.series')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('held_out', False), ('stopped_at__isnull', True)), fields=['team', 'next_on', 'id'], name='reminder_under_way'), models.Index(fields=['series', 'begins_on'], name='reminder_of_series')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'cycle'), name='one_reminder_per_cycle'), models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('team', 'code'), name='offer_code_once_in_team'), models.CheckConstraint(condition=models.Q(('held_out', False), models.Q(('code', ''), ('next_on__isnull', True), ('steps_done', 0)), _connector='OR'), name='held_out_gets_no_letter'), models.CheckConstraint(condition=models.Q(models.Q(('stopped_at__isnull', True), ('stopped_why', '')), models.Q(('stopped_at__isnull', False), models.Q(('stopped_why', ''), _negated=True)), _connector='OR'), name='reminder_stopped_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('after_days', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days after the letter before')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.letter', verbose_name='letter')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='segmentation.series')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('series', 'position'), name='step_position_once')],
            },
        ),
        migrations.CreateModel(
            name='TypicalInterval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_group', models.CharField(blank=True, max_length=100, verbose_name='product group')),
                ('as_of', models.DateField()),
                ('second', models.JSONField()),
                ('later', models.JSONField()),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='intervals', to='team.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team', 'product_group'), name='interval_once_per_product_group')],
            },
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], max_length=1)),
                ('subjects', models.JSONField(default=dict)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='segmentation.step')),
            ],
            options={
                'ordering': ['key'],
                'constraints': [models.UniqueConstraint(fields=('step', 'key'), name='variant_key_once')],
            },
        ),
        migrations.CreateModel(
            name='ReminderLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('queued_on', models.DateField()),
                ('mail', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mail.outgoingmail')),
                ('reminder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='segmentation.reminder')),
                ('step', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='segmentation.step')),
                ('variant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='segmentation.variant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('reminder', 'step'), name='one_letter_per_step')],
            },
        ),
        migrations.CreateModel(
            name='Advice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(choices=[('vip', 'VIP'), ('growing', 'growing'), ('beginner', 'beginner'), ('one_time', 'one-time'), ('lost', 'lost')], max_length=10, verbose_name='group')),
                ('should', models.TextField(blank=True, max_length=1000, verbose_name='what they should get')),
                ('should_not', models.TextField(blank=True, max_length=1000, verbose_name='what they should not get')),
                ('contact_every', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='contact every so many days')),
                ('slip_when_due', models.BooleanField(default=True, verbose_name='a slip when the next purchase is due')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='advice', to='team.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team', 'group'), name='advice_once_per_group')],
            },
        ),
        migrations.CreateModel(
            name='Expectation',
            fields=[
                ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='expectation', serialize=False, to='contacts.customer')),
                ('purchases', models.PositiveIntegerField(verbose_name='days with a purchase')),
                ('usual_days', models.PositiveIntegerField(verbose_name='usual interval')),
                ('window_from', models.DateField(verbose_name='expected from')),
                ('window_to', models.DateField(verbose_name='expected until')),
                ('due_on', models.DateField(verbose_name='due')),
                ('p14', models.FloatField(null=True, verbose_name='chance within 14 days')),
                ('p28', models.FloatField(null=True, verbose_name='chance within 28 days')),
                ('cases', models.PositiveIntegerField(default=0)),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['team', 'due_on', 'customer'], name='expectation_due'), models.Index(fields=['team', 'p14', 'due_on'], name='expectation_chance')],
            },
        ),
        migrations.CreateModel(
            name='GroupHistory',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'quarter', blank=True, editable=False, primary_key=True, serialize=False)),
                ('quarter', models.DateField()),
                ('group', models.CharField(choices=[('vip', 'VIP'), ('growing', 'growing'), ('beginner', 'beginner'), ('one_time', 'one-time'), ('lost', 'lost')], max_length=10)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='contacts.customer')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['team', 'quarter', 'group'], name='group_at_quarter')],
            },
        ),
        migrations.CreateModel(
            name='Relationship',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='relationship', serialize=False, to='contacts.customer')),
                ('kind', models.CharField(choices=[('unknown', 'not known yet'), ('arms_length', 'arm’s-length'), ('loyal', 'loyal'), ('seeker', 'relationship seeker'), ('exploiter', 'relationship exploiter')], max_length=11, verbose_name='relationship')),
                ('set_at', models.DateTimeField()),
                ('set_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['unknown', 'arms_length', 'loyal', 'seeker', 'exploiter'])), name='relationship_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='score', serialize=False, to='contacts.customer')),
                ('purchase_days', models.PositiveIntegerField(verbose_name='days with a purchase, ever')),
                ('first_on', models.DateField(verbose_name='first purchase')),
                ('last_on', models.DateField(verbose_name='last purchase')),
                ('money', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='money, ever')),
                ('frequency', models.PositiveIntegerField(verbose_name='days with a purchase')),
                ('monetary', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='money')),
                ('r', models.PositiveSmallIntegerField(null=True, verbose_name='recency')),
                ('f', models.PositiveSmallIntegerField(null=True, verbose_name='frequency')),
                ('m', models.PositiveSmallIntegerField(null=True, verbose_name='money')),
                ('group', models.CharField(choices=[('vip', 'VIP'), ('growing', 'growing'), ('beginner', 'beginner'), ('one_time', 'one-time'), ('lost', 'lost')], max_length=10, verbose_name='group')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['team', 'r', 'f'], name='score_cell')],
            },
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('filters', models.JSONField(default=list)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='segments', to='team.team')),
            ],
            options={
                'ordering': [django.db.models.functions.text.Lower('name'), 'pk'],
                'constraints': [models.UniqueConstraint(models.F('team'), django.db.models.functions.text.Lower('name'), name='segment_name_once_in_team')],
            },
        ),
    ]
