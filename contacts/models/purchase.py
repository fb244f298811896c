"""What was bought, when, for how much."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models.customer import Customer
from crm.team.models import Team


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def latest_first(self) -> Self:
        return self.order_by("-bought_on", "-pk")


class Purchase(models.Model):
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="purchases")
    bought_on = models.DateField(_("bought on"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    product_group = models.CharField(_("product group"), max_length=100, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "reference"],
                condition=~Q(reference=""),
                name="purchase_reference_unique_in_team",
            )
        ]
        indexes = [models.Index(fields=["customer", "-bought_on"], name="purchase_timeline")]

    def __str__(self) -> str:
        return f"{self.bought_on}: {self.amount}"
