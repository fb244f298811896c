from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from contacts import registry
        from contacts.models import Entry
        from crm.mail import kinds
        from feedback import kinds as own
        from feedback import rating_parts, slips
        from feedback.dossier_part import PANELS, page, unhappy, whole
        from feedback.giving_out import erase, sections
        from followups.demo import parts
        from followups.slips import register

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
            )
        )
        rating_parts.register()
