"""What a segment may ask of a dossier. Other apps `register` conditions of their own."""

from segmentation.filters.chain import Chain, Clause, NotKnown
from segmentation.filters.moment import Moment
from segmentation.filters.registry import Condition, Operator, register

__all__ = ["Chain", "Clause", "Condition", "Moment", "NotKnown", "Operator", "register"]
