"""How fast the outbox is looked through, in seconds."""

SWEEP_EVERY = 20.0
LOOK_EVERY = 2.0  # without Redis
ROUND = 8.0  # shorter than what a program is given to end in
