import crm.mail.models.outgoing
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import NotSupportedError, migrations, models, transaction

TEXTS = ("text", "html")


def compress_quickly(apps, schema_editor):
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

    replaces = [('mail', '0001_initial'), ('mail', '0002_quick_compression')]

    initial = True

    dependencies = [
        ('team', '0001_first_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('idempotency_key', models.CharField(max_length=120)),
                ('public_id', models.CharField(default=crm.mail.models.outgoing.new_public_id, max_length=22)),
                ('recipient_id', models.BigIntegerField(null=True)),
                ('to_name', models.CharField(blank=True, max_length=200)),
                ('to_email', models.EmailField(max_length=254)),
                ('address_hash', models.CharField(max_length=64)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('ka', 'ქართული')], default='en', max_length=2)),
                ('from_name', models.CharField(max_length=200)),
                ('from_email', models.EmailField(max_length=254)),
                ('reply_to', models.EmailField(blank=True, max_length=254)),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('html', models.TextField()),
                ('is_advertising', models.BooleanField(default=False)),
                ('basis', models.CharField(blank=True, max_length=300)),
                ('message_id', models.CharField(max_length=200)),
                ('dated_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('claimed', 'taken up'), ('handoff', 'being handed over'), ('sent', 'sent'), ('unknown', 'not certain'), ('retry', 'to be tried again'), ('failed', 'failed'), ('suppressed', 'held back'), ('expired', 'too late')], default='queued', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('not_before', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claim', models.CharField(blank=True, max_length=36)),
                ('lease_until', models.DateTimeField(null=True)),
                ('handed_off_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='team.team')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('queued', 'retry'))), fields=['not_before', 'id'], name='mail_due'), models.Index(condition=models.Q(('state__in', ('claimed', 'handoff'))), fields=['lease_until'], name='mail_leased'), models.Index(fields=['team', 'state', '-id'], name='mail_of_team'), models.Index(fields=['team', 'recipient_id'], name='mail_to_customer'), models.Index(fields=['team', 'address_hash'], name='mail_to_address'), models.Index(fields=['team', '-id', 'to_name', 'to_email'], name='mail_newest'), models.Index(fields=['team', '-settled_at', 'state'], name='mail_settled'), models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='mail_at_provider')],
                'constraints': [models.UniqueConstraint(fields=('idempotency_key',), name='occasion_told_once'), models.UniqueConstraint(fields=('public_id',), name='mail_public_id_once'), models.UniqueConstraint(fields=('message_id',), name='message_id_once'), models.CheckConstraint(condition=models.Q(('is_advertising', False), models.Q(('basis', ''), _negated=True), _connector='OR'), name='advertising_has_a_legal_basis'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('claimed', 'handoff')), _negated=True), models.Q(('lease_until__isnull', False), models.Q(('claim', ''), _negated=True)), _connector='OR'), name='mail_in_hand_is_leased'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('handoff', 'unknown')), _negated=True), ('handed_off_at__isnull', False), _connector='OR'), name='mail_was_handed_off')],
            },
        ),
        migrations.CreateModel(
            name='AdvertisingTurn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField()),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='team.team')),
                ('mail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mail.outgoingmail')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team', 'address_hash'), name='one_turn_per_address')],
            },
        ),
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('bounced', 'the address does not exist'), ('refused', 'refused by the customer’s mail server'), ('delayed', 'delayed by the customer’s mail server'), ('complained', 'the customer complained of it as spam'), ('answered', 'answered')], max_length=10)),
                ('key', models.CharField(max_length=64)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('came_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('mail', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='returns', to='mail.outgoingmail')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('mail', 'key'), name='returned_once')],
            },
        ),
        migrations.CreateModel(
            name='Sender',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='sender', serialize=False, to='team.team')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='address mail comes from')),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='address for answers')),
                ('postal_address', models.TextField(max_length=300, verbose_name='postal address')),
                ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('ka', 'ქართული')], default='en', max_length=2, verbose_name='language')),
                ('dkim_selector', models.CharField(blank=True, max_length=60, verbose_name='DKIM selector')),
                ('stays_here', models.BooleanField(default=False, verbose_name='keep all mail on this machine')),
                ('paused_at', models.DateTimeField(null=True)),
                ('paused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=64)),
                ('reason', models.CharField(choices=[('opted_out', 'wants no advertising'), ('complained', 'complained of a mail as spam'), ('bounced', 'the address does not exist')], max_length=10)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='suppressions', to='team.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team', 'address_hash', 'reason'), name='suppressed_once')],
            },
        ),
        migrations.RunPython(compress_quickly, migrations.RunPython.noop),
    ]
