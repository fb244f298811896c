from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from crm.mail import kinds
        from feedback.kinds import TICKET

        kinds.register(TICKET)
