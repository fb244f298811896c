from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts import registry
        from contacts.exporting import sections
        from contacts.legal_basis import heard_opt_out, heard_second_thoughts
        from contacts.letters.kinds import LETTER, TRIAL
        from contacts.models import Purchase
        from contacts.recipients import CUSTOMERS
        from crm.mail import kinds, recipients
        from crm.team import summaries

        kinds.register(LETTER)
        kinds.register(TRIAL)
        recipients.register(CUSTOMERS)
        summaries.register_amounts(lambda team: Purchase.objects.filter(team=team).exists())
        kinds.on_opt_out(heard_opt_out)
        kinds.on_second_thoughts(heard_second_thoughts)
        registry.register(registry.Part("contacts", export=sections))
