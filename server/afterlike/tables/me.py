"""Tables of `me`: many people who are to be erased, piece by piece."""

from sqlalchemy import Column, Index, Integer, SmallInteger, text

from afterlike.tables.parts import Id, moment, of, own_id, table

mass_erasures = table(  # an admin's word that many people are to be erased, done piece by piece
    "mass_erasures", "me",
    own_id(),
    of("sites", "site_id", index=True),
    Column("admin_id", Id, nullable=False),
    Column("likes_too", SmallInteger, nullable=False),
    Column("people", Integer, nullable=False),  # how many it began with
    moment("begun_at"),
    moment("ended_at", null=True),
    Column("stopped", SmallInteger, nullable=False, server_default="0"),  # an admin ended it before the last one
    Column("unerased", Integer, nullable=False, server_default="0"),  # people who were left then
    Index("ix_mass_erasures_running", "id", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    sqlite_autoincrement=True,  # the audit log names its id
)

mass_erasure_people = table(  # who is still to be erased; a row goes in the transaction of its erasure
    "mass_erasure_people", "me",
    of("mass_erasures", "erasure_id", primary_key=True),
    Column("person", Id, primary_key=True, autoincrement=False),  # an endorser's id; minus a visitor's who is none
)
