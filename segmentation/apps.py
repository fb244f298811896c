from collections.abc import Collection
from datetime import datetime

from django.apps import AppConfig


class SegmentationConfig(AppConfig):
    name = "segmentation"

    def ready(self) -> None:
        from contacts import registry
        from contacts.letters import objections
        from crm.mail import kinds
        from followups import rhythms
        from followups.demo import parts
        from followups.slips import register
        from segmentation import slips, told
        from segmentation.dossier_part import PANELS, whole
        from segmentation.filters import buying, card, working, writing  # noqa: F401 - in the order in which they are offered
        from segmentation.giving_out import erase, sections
        from segmentation.offer_codes import no_code_for
        from segmentation.reminding.kind import REPURCHASE, answered_any
        from segmentation.reminding.slips import ANSWERED_SOURCE
        from segmentation.reminding.stopping import complained, opted_out
        from segmentation.rhythm import rhythm_of
        from segmentation.scores import groups_of

        register(slips.DUE_SOURCE)
        register(slips.THANKS_SOURCE)
        register(ANSWERED_SOURCE)
        objections.register(no_code_for)
        kinds.register(REPURCHASE)
        kinds.on_opt_out(opted_out)
        kinds.on_answer(answered_any)
        rhythms.register(rhythm_of)
        parts.register("segmentation.demo.filling.fill")
        registry.register(
            registry.Part(
                "segmentation",
                panels=PANELS,
                purchases_changed=purchases_changed,
                reads=told.READS,
                mark=told.mark,
                facts=told.facts,
                whole=whole,
                export=sections,
                erase=erase,
                complained=complained,
                groups=groups_of,
            )
        )


def purchases_changed(customer_ids: Collection[int], *, now: datetime) -> None:
    """Bring scores and expectations of these customers up to their purchases, and end their reminders."""
    from segmentation.nightly_expectations import expect_some
    from segmentation.reminding import stopping
    from segmentation.scores import refresh

    refresh(customer_ids, now=now)
    expect_some(customer_ids, now=now)
    stopping.purchases_changed(customer_ids, now=now)
