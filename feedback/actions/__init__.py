"""What happens to a ticket together with its conversation, its dossier and the outbox. Each is one transaction."""

from feedback.actions.filing import file_under, open_dossier
from feedback.actions.opening import open_ticket
from feedback.actions.settling import close, merge, merge_problem, on_closed, on_reopened, reopen
from feedback.actions.talking import answer, note, receive
from feedback.actions.telling import file_entry
from feedback.actions.terms import rules_changed, set_kind, set_promise
from feedback.actions.unsaying import take_back
from feedback.actions.work import assign, calm, escalate, go_on, wait

__all__ = [
    "answer",
    "assign",
    "calm",
    "close",
    "escalate",
    "file_entry",
    "file_under",
    "go_on",
    "merge",
    "merge_problem",
    "note",
    "on_closed",
    "on_reopened",
    "open_dossier",
    "open_ticket",
    "receive",
    "reopen",
    "rules_changed",
    "set_kind",
    "set_promise",
    "take_back",
    "wait",
]
