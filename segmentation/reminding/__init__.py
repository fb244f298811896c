"""The engine of the reminder series: who is enrolled, what is queued, and what stops it."""
