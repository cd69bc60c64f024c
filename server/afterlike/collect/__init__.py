"""Takes what widget and extension send, keeps it, says what comes next, and shows it to the admin. Never writes to anybody."""

from afterlike.collect.background import forget_drops, tally
from afterlike.collect.drops import Drops
from afterlike.collect.forget import erase, forget_visits
from afterlike.collect.likes import Takeback, take_back
from afterlike.collect.screening import REASONS

__all__ = ["REASONS", "Drops", "Takeback", "erase", "forget_drops", "forget_visits", "take_back", "tally"]
