from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from crm.team.models import User


class ClosedSignUp(DefaultAccountAdapter):
    """Nobody signs himself up: the first start makes the first lead, leads invite the others."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def display_name(user: User) -> str:
    return user.name
