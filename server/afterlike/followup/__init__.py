"""Letters to one endorser at a time, and what they answer. It never writes to anybody without asking may_contact first."""

from afterlike.followup.conversations import (
    Beginning,
    Letter,
    Reply,
    Turned,
    begin,
    erase,
    reply,
    turn,
    wake,
    write,
)
from afterlike.followup.names import look_up
from afterlike.followup.reading import conversations_of, exported, waiting_here
from afterlike.followup.sending import send_message, send_unattached
from afterlike.followup.taking import forget_drops

__all__ = [
    "Beginning", "Letter", "Reply", "Turned", "begin", "conversations_of", "erase", "exported", "forget_drops", "look_up",
    "reply", "send_message", "send_unattached", "turn", "waiting_here", "wake", "write",
]
