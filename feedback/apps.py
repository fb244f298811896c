from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from contacts import registry
        from contacts.models import Entry
        from crm.mail import kinds
        from crm.team import summaries
        from feedback import conditions, rating_parts, slips, taking_over  # noqa: F401 - conditions register themselves
        from feedback import kinds as own
        from feedback.dossier_part import PANELS, page, unhappy, whole
        from feedback.giving_out import erase, sections
        from feedback.ticket_words import keep_index
        from followups.demo import parts
        from followups.slips import register

        post_migrate.connect(keep_index, sender=self)
        kinds.register(own.TICKET)
        kinds.register(own.TICKET_NOTICE)
        for source in slips.SOURCES:
            register(source)
        parts.register("feedback.demo.filling.fill")
        parts.register_crowd("tickets", "feedback.demo.crowd.fill")
        registry.register(
            registry.Part(
                "feedback",
                panels=PANELS,
                whole=whole,
                export=sections,
                erase=erase,
                pages={Entry.Kind.TICKET: page},
                unhappy=unhappy,
                handed_over=taking_over.with_dossiers,
                left=taking_over.with_all,
            )
        )
        summaries.register_duties(taking_over.duties)
        rating_parts.register()
