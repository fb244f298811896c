"""Conditions on what the law lets one send. They know today only."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models.customer import is_suppressed, may_be_sent_advertising
from contacts.models.legal_basis import LegalBasis
from crm.mail.models import Suppression
from segmentation.filters.inputs import OneOf
from segmentation.filters.moment import Moment
from segmentation.filters.registry import Condition, Operator, register

WRITING = _("Letters")
KINDS = OneOf("kinds", _("ground"), find=lambda moment: LegalBasis.Kind.choices)


def _stands_on(moment: Moment, kinds: list[str]) -> Q:
    return Q(legal_basis__kind__in=kinds)


register(
    Condition(
        "legal_basis", WRITING, _("legal basis"),
        (
            Operator("there", _("is recorded"), lambda moment: Q(legal_basis__isnull=False)),
            Operator("missing", _("is missing"), lambda moment: Q(legal_basis__isnull=True)),
            Operator("is", _("is %(kinds)s"), _stands_on, (KINDS,)),
        ),
    ),
    Condition(
        "advertising", WRITING, _("advertising"),
        (
            Operator("open", _("may be sent"), lambda moment: may_be_sent_advertising()),
            Operator("shut", _("may not be sent"), lambda moment: ~may_be_sent_advertising()),
            Operator("opted_out", _("is not wanted: opted out or complained"),
                     lambda moment: is_suppressed(*Suppression.OBJECTIONS)),
            Operator("bounced", _("cannot arrive: the address does not exist"),
                     lambda moment: is_suppressed(Suppression.Why.BOUNCED)),
        ),
    ),
)  # fmt: skip
