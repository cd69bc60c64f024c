"""Takes what widget and extension send, keeps it, says what comes next, and shows it to the admin. Never writes to anybody."""

from afterlike.collect.background import forget_drops, tally
from afterlike.collect.drops import Drops
from afterlike.collect.forget import erase, forget_visits
from afterlike.collect.likes import Takeback, take_back
from afterlike.collect.mention_checks import LIMITS as MENTION_LIMITS
from afterlike.collect.mention_checks import check_mentions
from afterlike.collect.mentions import forget_mentions
from afterlike.collect.screening import REASONS
from afterlike.collect.sightings import Sightings, forget_sightings

__all__ = [
    "MENTION_LIMITS", "REASONS", "Drops", "Sightings", "Takeback", "check_mentions", "erase", "forget_drops",
    "forget_mentions", "forget_sightings", "forget_visits", "take_back", "tally",
]
