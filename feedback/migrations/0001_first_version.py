import datetime
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import feedback.models.invitation
import feedback.models.rules
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

SEARCH_INDEX = "CREATE INDEX ticket_search ON feedback_ticket USING gin (search_text gin_trgm_ops)"


def index_search(apps, schema_editor):
    """On PostgreSQL a trigram index answers "contains"; SQLite reads the table through, which is quick enough."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SEARCH_INDEX)


def drop_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX ticket_search")


class Migration(migrations.Migration):

    replaces = [('feedback', '0001_initial'), ('feedback', '0002_ticket_search')]

    initial = True

    dependencies = [
        ('contacts', '0001_first_version'),
        ('mail', '0001_first_version'),
        ('team', '0001_first_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='AwardRule',
            fields=[
                ('good', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='good ratings')),
                ('in_time', models.PositiveSmallIntegerField(default=25, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='first answers in time')),
                ('kept_up', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='nothing left behind over a day')),
                ('least', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='answers needed')),
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='award_rule', serialize=False, to='team.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('good', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='good ratings')),
                ('in_time', models.PositiveSmallIntegerField(default=25, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='first answers in time')),
                ('kept_up', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='nothing left behind over a day')),
                ('least', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='answers needed')),
                ('month', models.DateField()),
                ('worked_out_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='awards', to='team.team')),
            ],
            options={
                'ordering': ['-month'],
                'constraints': [models.UniqueConstraint(fields=('team', 'month'), name='award_once_a_month')],
            },
        ),
        migrations.CreateModel(
            name='AwardLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rated', models.PositiveIntegerField(default=0)),
                ('good', models.PositiveIntegerField(default=0)),
                ('answered', models.PositiveIntegerField(default=0)),
                ('in_time', models.PositiveIntegerField(default=0)),
                ('dossiers', models.PositiveIntegerField(default=0)),
                ('behind', models.PositiveIntegerField(default=0)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='feedback.award')),
                ('employee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('award', 'employee'), name='award_line_once')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(choices=[('ticket', 'Was all well?'), ('recommend', 'Would you recommend us?')], default='ticket', max_length=10)),
                ('channel', models.CharField(choices=[('mail', 'by e-mail'), ('sheet', 'on paper')], default='mail', max_length=5)),
                ('resolution', models.PositiveSmallIntegerField(default=0)),
                ('ticket_kind', models.CharField(blank=True, choices=[('question', 'Question'), ('complaint', 'Complaint'), ('callback', 'Call back'), ('service', 'Service')], max_length=10)),
                ('product_group', models.CharField(blank=True, max_length=100)),
                ('group', models.CharField(blank=True, max_length=10)),
                ('public_id', models.CharField(default=feedback.models.invitation.new_public_id, max_length=22)),
                ('code', models.CharField(default=feedback.models.invitation.new_code, max_length=12)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('asked_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='contacts.customer')),
                ('employee', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mail', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitation', to='mail.outgoingmail')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', '-asked_at'], name='invitation_of_customer'), models.Index(fields=['team', 'question', 'asked_at'], name='invitation_asked')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='invitation_public_id_once'), models.UniqueConstraint(fields=('code',), name='invitation_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('in', 'from the customer'), ('out', 'to the customer'), ('note', 'note for colleagues'), ('event', 'event')], max_length=5)),
                ('event', models.CharField(blank=True, choices=[('assigned', 'passed on'), ('escalated', 'escalated'), ('calmed', 'escalation taken back'), ('closed', 'closed'), ('reopened', 'reopened'), ('waits', 'waits for the customer'), ('goes_on', 'goes on'), ('merged', 'merged'), ('filed', 'put into a dossier'), ('promised', 'promised'), ('kind', 'is now of another kind'), ('bounced', 'came back')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('happened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('message_id', models.CharField(blank=True, max_length=255)),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mail', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ticket_message', to='mail.outgoingmail')),
                ('who', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'event'), models.Q(('event', ''), _negated=True)), models.Q(models.Q(('kind', 'event'), _negated=True), ('event', '')), _connector='OR'), name='event_says_which')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('stored', models.CharField(max_length=40, unique=True)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='feedback.message')),
            ],
        ),
        migrations.CreateModel(
            name='OpenWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(choices=[('bad', 'Bad'), ('neutral', 'Neutral'), ('good', 'Good')], max_length=7)),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='open_words', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-said_at'], name='open_words_of_user')],
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket_kind', models.CharField(choices=[('question', 'Question'), ('complaint', 'Complaint'), ('callback', 'Call back'), ('service', 'Service')], max_length=10)),
                ('product_group', models.CharField(blank=True, max_length=100)),
                ('group', models.CharField(blank=True, max_length=10)),
                ('value', models.CharField(choices=[('bad', 'Bad'), ('neutral', 'Neutral'), ('good', 'Good')], max_length=7)),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('rated_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(null=True)),
                ('bad_since', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True, max_length=2000, verbose_name='what was done')),
                ('set_aside_at', models.DateTimeField(null=True)),
                ('set_aside_why', models.CharField(blank=True, max_length=200, verbose_name='why it does not count')),
                ('passed_on_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='contacts.customer')),
                ('employee', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to=settings.AUTH_USER_MODEL)),
                ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rating', to='feedback.invitation')),
                ('passed_on_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('set_aside_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['team', 'rated_at'], name='rating_of_team'), models.Index(fields=['employee', 'rated_at'], name='rating_of_employee'), models.Index(condition=models.Q(('answered_at__isnull', True), ('set_aside_at__isnull', True), ('value', 'bad')), fields=['team', 'rated_at'], name='rating_to_put_right')],
            },
        ),
        migrations.AddField(
            model_name='invitation',
            name='again_after',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='asked_again', to='feedback.rating'),
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(choices=[('ratings', 'Ratings'), ('tickets', 'Tickets'), ('nps', 'Recommended'), ('award', 'Award')], max_length=7)),
                ('span', models.CharField(choices=[('week', 'week'), ('month', 'month'), ('quarter', 'quarter'), ('year', 'year')], max_length=7)),
                ('begins_on', models.DateField()),
                ('size', models.PositiveIntegerField()),
                ('figures', models.JSONField()),
                ('worked_out_at', models.DateTimeField()),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='team.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team', 'about', 'span', 'begins_on'), name='reading_once')],
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.PositiveSmallIntegerField()),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('rated_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='contacts.customer')),
                ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='recommendation', to='feedback.invitation')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='recommendations', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['team', 'rated_at'], name='recommendation_of_team')],
                'constraints': [models.CheckConstraint(condition=models.Q(('score__range', (0, 10))), name='recommendation_from_0_to_10')],
            },
        ),
        migrations.CreateModel(
            name='Script',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='situation')),
                ('kind', models.CharField(blank=True, choices=[('question', 'Question'), ('complaint', 'Complaint'), ('callback', 'Call back'), ('service', 'Service')], max_length=10, verbose_name='for')),
                ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('ka', 'ქართული')], default='en', max_length=2, verbose_name='language')),
                ('text', models.TextField(max_length=5000, verbose_name='words')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scripts', to='team.team')),
            ],
            options={
                'ordering': ['name', 'language', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ServiceRules',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='service', serialize=False, to='team.team')),
                ('opens_at', models.TimeField(default=datetime.time(9, 0), verbose_name='day begins')),
                ('closes_at', models.TimeField(default=datetime.time(18, 0), verbose_name='day ends')),
                ('answer_within', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='first answer within, in working hours')),
                ('solve_within', models.PositiveSmallIntegerField(default=45, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(2000)], verbose_name='solved within, in working hours')),
                ('asks', models.BooleanField(default=True, verbose_name='ask after each ticket whether all was well')),
                ('ask_after', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10080)], verbose_name='minutes after closing')),
                ('asks_to_recommend', models.BooleanField(default=False, verbose_name='ask once a quarter whether they recommend us')),
                ('has_contact_page', models.BooleanField(default=False, verbose_name='public contact page')),
                ('slug', models.CharField(default=feedback.models.rules.new_slug, max_length=20)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='address of the ticket mailbox')),
                ('last_number', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('slug',), name='contact_page_once'), models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='service_day_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=feedback.models.invitation.new_code, max_length=12, unique=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='signature', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('kind', models.CharField(choices=[('question', 'Question'), ('complaint', 'Complaint'), ('callback', 'Call back'), ('service', 'Service')], default='question', max_length=10, verbose_name='kind')),
                ('channel', models.CharField(choices=[('dossier', 'taken down by us'), ('page', 'contact page'), ('mail', 'e-mail')], default='dossier', max_length=10)),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('from_name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('from_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('from_phone', models.CharField(blank=True, max_length=60, verbose_name='phone')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('de', 'Deutsch'), ('ka', 'ქართული')], max_length=2)),
                ('product_group', models.CharField(blank=True, max_length=100, verbose_name='product group')),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('call_at', models.DateTimeField(blank=True, null=True, verbose_name='call back at')),
                ('promised_on', models.DateField(blank=True, null=True, verbose_name='answer promised for')),
                ('first_answered_at', models.DateTimeField(null=True)),
                ('answered_in', models.PositiveIntegerField(null=True)),
                ('answer_due_at', models.DateTimeField()),
                ('solution_due_at', models.DateTimeField()),
                ('next_due_at', models.DateTimeField(null=True)),
                ('waiting_since', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('done', models.TextField(blank=True, verbose_name='what was done')),
                ('solved_in', models.PositiveIntegerField(null=True)),
                ('resolution', models.PositiveSmallIntegerField(default=0)),
                ('reopened', models.PositiveSmallIntegerField(default=0)),
                ('passed_on', models.PositiveSmallIntegerField(default=0)),
                ('escalated_at', models.DateTimeField(null=True)),
                ('search_text', models.TextField(blank=True, editable=False)),
                ('assignee', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to=settings.AUTH_USER_MODEL, verbose_name='answers for it')),
                ('closed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tickets', to='contacts.customer')),
                ('escalated_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first_answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='merged', to='feedback.ticket')),
                ('opened_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contacts.person')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='team.team')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['team', 'next_due_at', 'id'], name='ticket_due'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['assignee', 'next_due_at', 'id'], name='ticket_of_assignee'), models.Index(fields=['customer', '-opened_at'], name='ticket_of_customer'), models.Index(fields=['team', '-opened_at', '-id'], name='ticket_newest'), models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['team', 'closed_at', 'id'], name='ticket_closed')],
                'constraints': [models.UniqueConstraint(fields=('team', 'number'), name='ticket_number_once_in_team'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('waiting_since__isnull', True), _connector='OR'), name='closed_ticket_waits_for_nothing'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('closed_at__isnull', True), ('waiting_since__isnull', True)), ('next_due_at__isnull', False)), models.Q(models.Q(('closed_at__isnull', True), ('waiting_since__isnull', True), _negated=True), ('next_due_at__isnull', True)), _connector='OR'), name='ticket_is_due_while_it_is_our_move'), models.CheckConstraint(condition=models.Q(models.Q(('answered_in__isnull', True), ('first_answered_at__isnull', True)), models.Q(('answered_in__isnull', False), ('first_answered_at__isnull', False)), _connector='OR'), name='answered_ticket_has_its_time'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('closed_at__isnull', False), _connector='OR'), name='merged_ticket_is_closed'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='ticket_is_not_merged_into_itself')],
            },
        ),
        migrations.AddField(
            model_name='rating',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='feedback.ticket'),
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='feedback.ticket')),
            ],
            options={
                'ordering': ['began_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_at__gte', models.F('began_at'))), name='pause_ends_after_it_begins')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='ticket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='feedback.ticket'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='ticket',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='feedback.ticket'),
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(blank=True, choices=[('bad', 'Bad'), ('neutral', 'Neutral'), ('good', 'Good')], max_length=7)),
                ('score', models.PositiveSmallIntegerField(null=True)),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('suspect', models.CharField(blank=True, choices=[('fast', 'sent within 2 seconds of its page'), ('early', 'sent within a minute of the mail'), ('different', 'different values within 10 seconds')], max_length=10)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='words', to='feedback.invitation')),
            ],
            options={
                'ordering': ['said_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(models.Q(('suspect', ''), _negated=True), ('confirmed_at__isnull', True)), fields=['said_at'], name='word_not_certain')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('value', ''), _negated=True), ('score__isnull', True)), models.Q(('value', ''), ('score__range', (0, 10))), _connector='OR'), name='word_is_a_value_or_a_score')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('aside', 'does not count'), ('count', 'counts')], max_length=5)),
                ('why', models.CharField(max_length=200, verbose_name='why')),
                ('made_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rating', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='feedback.rating')),
                ('word', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='feedback.word')),
            ],
            options={
                'ordering': ['made_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('what', 'aside'), ('word__isnull', True)), models.Q(('what', 'count'), ('word__isnull', False)), _connector='OR'), name='decision_counts_a_word_or_sets_aside'), models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True), ('what', 'aside')), fields=('rating',), name='rating_set_aside_once')],
            },
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['ticket', 'happened_at', 'id'], name='ticket_conversation'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('message_id', ''), _negated=True), fields=('message_id', 'ticket'), name='ticket_mail_read_once'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('again_after__isnull', True), ('channel', 'mail')), fields=('ticket', 'resolution'), name='asked_once_a_resolution'),
        ),
        TrigramExtension(),
        migrations.RunPython(index_search, drop_search),
    ]
