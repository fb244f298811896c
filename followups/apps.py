from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from contacts import registry
        from crm.mail import kinds
        from crm.team import summaries
        from followups import birthdays, notices, slips
        from followups.dossier_part import PART
        from followups.foreseeing import lying
        from followups.summaries import day_loads, kept

        registry.register(PART)
        kinds.register(notices.NOTICE)
        slips.register(birthdays.SOURCE)
        summaries.register(summaries.DAY, day_loads)
        summaries.register(summaries.KEPT, kept)
        summaries.register_lying(lying)
