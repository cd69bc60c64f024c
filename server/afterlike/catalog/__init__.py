"""Products: who they are, where their page is, what was shown of them over time. Never counts anything."""

from afterlike.catalog.products import FACTS, Pressed, Shown, ensure, key_hash, overlay, shown

__all__ = ["FACTS", "Pressed", "Shown", "ensure", "key_hash", "overlay", "shown"]
