"""A segment's conditions, as they are kept and as they are asked.

Kept is a list of {"condition": key, "operator": key, "values": {name: kept}}; with "or": true a condition is an
alternative to the one before it. All groups of alternatives must hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from segmentation.filters.moment import Moment
from segmentation.filters.registry import Condition, Operator, find


class NotKnown(Exception):
    """Somebody asks who is in a segment with conditions that are not known here."""


@dataclass(frozen=True)
class Clause:
    condition: Condition
    operator: Operator
    values: dict[str, Any]
    is_alternative: bool = False

    @classmethod
    def of(cls, kept: Any) -> "Clause | None":
        """None if it is of no use here: its app is gone, or it was never kept by us."""
        try:
            condition = find(kept["condition"])
            operator = condition.operator(kept["operator"])
            values = {each.name: each.value(kept["values"][each.name]) for each in operator.inputs}
            return cls(condition, operator, values, bool(kept.get("or")))
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def keep(self) -> dict[str, Any]:
        values = {each.name: each.keep(self.values[each.name]) for each in self.operator.inputs}
        kept = {"condition": self.condition.key, "operator": self.operator.key, "values": values}
        return kept | {"or": True} if self.is_alternative else kept

    def q(self, moment: Moment) -> Q:
        return self.operator.to_q(moment, **self.values)

    def sentence(self, moment: Moment) -> str:
        return f"{self.condition.label} {self.operator.sentence(self.values, moment)}"


class Chain:
    """`lost` are the keys of conditions that are not known here."""

    def __init__(self, clauses: Iterable[Clause], lost: Iterable[str] = ()) -> None:
        self.clauses, self.lost = list(clauses), list(lost)

    @classmethod
    def of(cls, filters: list) -> "Chain":
        read = [(each, Clause.of(each)) for each in filters]
        lost = [_key(each) for each, clause in read if clause is None]
        return cls([clause for _each, clause in read if clause], lost)

    def keep(self) -> list[dict]:
        return [clause.keep() for clause in self.clauses]

    @property
    def groups(self) -> list[list[Clause]]:
        """Each a list of alternatives, one at least."""
        found: list[list[Clause]] = []
        for clause in self.clauses:
            if clause.is_alternative and found:
                found[-1].append(clause)
            else:
                found.append([clause])
        return found

    def q(self, moment: Moment) -> Q:
        """The condition on a Customer, of one team already. Raises NotKnown."""
        if self.lost:
            raise NotKnown(self.lost)
        return reduce(and_, (_any_of(group, moment) for group in self.groups), Q())

    def sentence(self, moment: Moment) -> str:
        """ "town is Mainz or Trier, and either group is VIP or purchases ever are at least 5"."""
        said = [[clause.sentence(moment) for clause in group] for group in self.groups]
        return _(", and ").join(_either(group) for group in said)

    @property
    def as_of_today(self) -> list[str]:
        """Labels of the conditions that cannot be told of a day before."""
        labels = (str(c.condition.label) for c in self.clauses if not c.condition.knows_past)
        return list(dict.fromkeys(labels))

    def limits(self, moment: Moment) -> list[str]:
        """What its viewer is to know, who may not see all that it asks of."""
        if moment.viewer.is_lead:
            return []
        said = (str(c.condition.to_others) for c in self.clauses if c.condition.to_others)
        return list(dict.fromkeys(said))


def _key(kept: Any) -> str:
    return str(kept.get("condition", "")) if isinstance(kept, dict) else ""


def _any_of(group: list[Clause], moment: Moment) -> Q:
    if len(group) == 1:
        return group[0].q(moment)
    beside = moment.beside_others()
    return reduce(or_, (clause.q(beside) for clause in group))


def _either(said: list[str]) -> str:
    if len(said) == 1:
        return said[0]
    return _("either %(alternatives)s") % {"alternatives": _(", or ").join(said)}
