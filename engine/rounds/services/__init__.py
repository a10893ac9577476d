"""What may be done with rounds."""

from engine.rounds.services.advancing import advance_round, due_round_ids
from engine.rounds.services.start import cancel_round, retry_round, start_round

__all__ = ["advance_round", "cancel_round", "due_round_ids", "retry_round", "start_round"]
