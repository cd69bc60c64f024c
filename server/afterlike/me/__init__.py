"""An endorser's own page: the way in, what they left on one site, and all of it in their hands. It never mails anybody itself."""

from afterlike.me.guard import EnterFirst, Told, ask_to_enter, told
from afterlike.me.many import go_on

__all__ = ["EnterFirst", "Told", "ask_to_enter", "go_on", "told"]
