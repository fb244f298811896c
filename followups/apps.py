from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from contacts import registry
        from crm.team import summaries
        from followups import birthdays, slips
        from followups.dossier_part import PART
        from followups.summaries import day_loads, kept

        registry.register(PART)
        slips.register(birthdays.SOURCE)
        summaries.register(summaries.DAY, day_loads)
        summaries.register(summaries.KEPT, kept)
