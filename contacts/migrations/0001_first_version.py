import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

SEARCH_INDEX = "CREATE INDEX customer_search ON contacts_customer USING gin (search_text gin_trgm_ops)"


def index_search(apps, schema_editor):
    """On PostgreSQL a trigram index answers "contains"; SQLite reads the table through, which is quick enough."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SEARCH_INDEX)


def drop_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX customer_search")


class Migration(migrations.Migration):

    replaces = [('contacts', '0001_initial'), ('contacts', '0002_search_index'), ('contacts', '0003_tags'), ('contacts', '0004_letters'), ('contacts', '0005_letter_hash'), ('contacts', '0006_entry_source')]

    initial = True

    dependencies = [
        ('mail', '0001_first_version'),
        ('team', '0001_first_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('options', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='LegalBasis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('consent', 'consent'), ('customer', 'existing customer, with notice')], default='consent', max_length=10, verbose_name='ground')),
                ('text', models.TextField(max_length=2000, verbose_name='what they agreed to, or were told')),
                ('source', models.CharField(max_length=200, verbose_name='where')),
                ('given_on', models.DateField(verbose_name='on')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='team.team')),
            ],
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(blank=True, max_length=40, verbose_name='number')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('company', 'company'), ('person', 'person')], default='company', max_length=10, verbose_name='kind')),
                ('about', models.CharField(blank=True, max_length=200, verbose_name='in a few words')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('street', models.CharField(blank=True, max_length=200, verbose_name='street')),
                ('postcode', models.CharField(blank=True, max_length=20, verbose_name='postcode')),
                ('town', models.CharField(blank=True, max_length=100, verbose_name='town')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('website', models.CharField(blank=True, max_length=200, verbose_name='website')),
                ('vat_id', models.CharField(blank=True, max_length=30, verbose_name='VAT ID')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('best_time', models.CharField(blank=True, max_length=100, verbose_name='best time')),
                ('annual_revenue', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='last year')),
                ('customer_since', models.DateField(blank=True, null=True, verbose_name='customer since')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('de', 'Deutsch'), ('ka', 'ქართული')], max_length=2, verbose_name='language of letters')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sort_name', models.CharField(editable=False, max_length=200)),
                ('phone_digits', models.CharField(blank=True, editable=False, max_length=40)),
                ('search_text', models.TextField(blank=True, editable=False)),
                ('letter_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('former_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='customers', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='team.team')),
                ('legal_basis', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='contacts.legalbasis')),
            ],
            options={
                'ordering': ['sort_name', 'pk'],
                'indexes': [models.Index(fields=['team', 'sort_name', 'id'], name='customer_alphabetical')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('team', 'number'), name='customer_number_unique_in_team'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='customer_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_advertising', models.BooleanField(default=False, verbose_name='it advertises')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='team.team')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('team', 'name'), name='letter_name_unique_in_team')],
            },
        ),
        migrations.CreateModel(
            name='LetterText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('ka', 'ქართული')], max_length=2, verbose_name='language')),
                ('subject', models.CharField(max_length=150, verbose_name='subject')),
                ('body', models.TextField(max_length=10000, verbose_name='text')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='contacts.letter')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('letter', 'language'), name='letter_once_per_language'), models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='letter_has_a_subject')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                ('role', models.CharField(blank=True, choices=[('decides', 'decides'), ('uses', 'uses it'), ('influences', 'has a say')], max_length=10, verbose_name='role in the decision')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('birthday', models.DateField(blank=True, null=True, verbose_name='birthday')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='contacts.customer')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('birthday__isnull', False)), fields=['birthday'], name='person_birthday')],
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='main_person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contacts.person'),
        ),
        migrations.CreateModel(
            name='Purchase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bought_on', models.DateField(verbose_name='bought on')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('product_group', models.CharField(blank=True, max_length=100, verbose_name='product group')),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='reference')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='purchases', to='contacts.customer')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='team.team')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', '-bought_on'], name='purchase_timeline')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('team', 'reference'), name='purchase_reference_unique_in_team')],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('sort_name', models.CharField(editable=False, max_length=160)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tags', to='team.team')),
            ],
            options={
                'ordering': ['sort_name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('team', 'sort_name'), name='tag_once_in_team'), models.CheckConstraint(condition=models.Q(('sort_name', ''), _negated=True), name='tag_has_a_name')],
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='customers', to='contacts.tag', verbose_name='tags'),
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('offer', 'Offer'), ('email', 'E-mail'), ('letter', 'Letter'), ('note', 'Note'), ('ticket', 'Ticket'), ('rating', 'Rating')], default='note', max_length=10, verbose_name='kind')),
                ('outcome', models.CharField(blank=True, choices=[('agreed', 'Agreed'), ('bought', 'Bought'), ('offer', 'Wants offer'), ('missed', 'Not reached'), ('later', 'Later'), ('refused', 'No interest')], max_length=10, verbose_name='outcome')),
                ('text', models.TextField(blank=True, verbose_name='what was said')),
                ('happened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('source', models.CharField(blank=True, max_length=20)),
                ('source_id', models.BigIntegerField(blank=True, null=True)),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('next_on', models.DateField(blank=True, null=True)),
                ('next_precision', models.CharField(choices=[('day', 'day'), ('month', 'month')], default='day', max_length=5)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='contacts.customer')),
                ('mail', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='entry', to='mail.outgoingmail')),
                ('on_behalf_of', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'entries',
                'indexes': [models.Index(fields=['customer', '-happened_at'], name='entry_timeline')],
            },
        ),
        TrigramExtension(),
        migrations.RunPython(index_search, drop_search),
    ]
