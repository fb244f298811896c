import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('followups', '0001_initial'), ('followups', '0002_done_by_day'), ('followups', '0003_dealt_out')]

    initial = True

    dependencies = [
        ('contacts', '0001_first_version'),
        ('team', '0001_first_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField(blank=True, null=True)),
                ('precision', models.CharField(choices=[('day', 'day'), ('month', 'month')], default='day', max_length=5)),
                ('at', models.TimeField(blank=True, null=True, verbose_name='time')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('offer', 'Offer'), ('email', 'E-mail'), ('letter', 'Letter')], default='call', max_length=10, verbose_name='kind')),
                ('plan', models.TextField(blank=True, verbose_name='plan')),
                ('hint', models.CharField(blank=True, max_length=10)),
                ('rest_reason', models.CharField(blank=True, max_length=200, verbose_name='reason to rest')),
                ('version', models.PositiveIntegerField(default=1)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('result', models.CharField(blank=True, choices=[('agreed', 'Agreed'), ('bought', 'Bought'), ('offer', 'Wants offer'), ('missed', 'Not reached'), ('later', 'Later'), ('refused', 'No interest'), ('moved', 'moved on'), ('pulled', 'brought forward by a slip'), ('dealt', 'dealt out to a day')], max_length=10)),
                ('closed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followups', to='contacts.customer')),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followup', to='contacts.entry')),
                ('opened_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='followups', to=settings.AUTH_USER_MODEL)),
                ('previous', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='next', to='followups.followup')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['owner', 'due_on', 'precision'], name='followup_board'), models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['owner', 'due_on', 'precision'], name='followup_done')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('customer',), name='one_open_followup_per_customer'), models.CheckConstraint(condition=models.Q(models.Q(('due_on__isnull', False), ('rest_reason', '')), models.Q(('due_on__isnull', True), models.Q(('rest_reason', ''), _negated=True)), _connector='OR'), name='followup_date_or_reason_to_rest'), models.CheckConstraint(condition=models.Q(('precision', 'day'), models.Q(('at__isnull', True), ('due_on__isnull', False)), _connector='OR'), name='followup_month_has_no_time'), models.CheckConstraint(condition=models.Q(('at__isnull', True), ('due_on__isnull', False), _connector='OR'), name='followup_time_needs_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('result', '')), models.Q(('closed_at__isnull', False), models.Q(('result', ''), _negated=True)), _connector='OR'), name='followup_closed_with_a_result')],
            },
        ),
        migrations.CreateModel(
            name='Slip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=30)),
                ('key', models.CharField(max_length=100)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('speaks_on', models.DateField(verbose_name='speaks up on')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('pulled_from', models.DateField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slips', to='contacts.customer')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='slips_done', to='followups.followup')),
            ],
            options={
                'ordering': ['speaks_on', 'pk'],
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['customer'], name='slip_waiting')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'source', 'key'), name='slip_once_per_reason')],
            },
        ),
    ]
