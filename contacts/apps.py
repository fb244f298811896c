from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts.legal_basis import heard_opt_out
        from contacts.letters.kinds import LETTER, TRIAL
        from contacts.models import Purchase
        from crm.mail import kinds
        from crm.team import summaries

        kinds.register(LETTER)
        kinds.register(TRIAL)
        summaries.register_amounts(lambda team: Purchase.objects.filter(team=team).exists())
        kinds.on_opt_out(heard_opt_out)
