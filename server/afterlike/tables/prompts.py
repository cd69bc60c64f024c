"""Tables of `prompts`: what is asked, in which version, and who was asked when."""

from sqlalchemy import Column, Integer, LargeBinary, Text, UniqueConstraint

from afterlike.tables.parts import Id, moment, of, own_id, table

prompts = table(
    "prompts", "prompts",
    own_id(),
    of("sites", "site_id"),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),  # draft | running | paused | deleted
    Column("version", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),  # for the quota
    Column("place", Integer, nullable=False, server_default="0"),  # the order they are tried in; of two alike the older is first
    moment("made_at"),
    moment("changed_at"),
    UniqueConstraint("site_id", "key"),
)

prompt_versions = table(  # immutable: what a visitor was asked can be read back word for word
    "prompt_versions", "prompts",
    own_id(),
    of("prompts", "prompt_id"),
    Column("version", Integer, nullable=False),
    Column("flow", Text, nullable=False),
    moment("made_at"),
    UniqueConstraint("prompt_id", "version"),
)

prompt_turns = table(  # one row per visitor and prompt: what the gates need to know
    "prompt_turns", "prompts",
    of("visitors", "visitor_id", primary_key=True),
    of("prompts", "prompt_id", primary_key=True),
    moment("handed_at", null=True),
    moment("shown_at", null=True),
    moment("dismissed_at", null=True),
    moment("answered_at", null=True),
)

prompt_showings = table(  # each time a flow's first card was visible, by the client's id
    "prompt_showings", "prompts",
    own_id(),
    of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    of("prompts", "prompt_id"),
    of("visitors", "visitor_id"),
    Column("like_id", Id),
    Column("state", Text, nullable=False),  # shown | dismissed | snoozed
    moment("shown_at"),
    UniqueConstraint("uuid", "site_id"),
)
