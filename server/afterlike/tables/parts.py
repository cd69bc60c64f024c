"""What tables are made of: ids, moments, references, and the names of constraints."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger


def table(name: str, room: str, *parts, **options) -> Table:
    return Table(name, metadata, *parts, info={"room": room}, **options)


def own_id() -> Column:
    return Column("id", Id, primary_key=True, autoincrement=True)


def of(other: str, name: str, *, null: bool = False, **more) -> Column:
    return Column(name, Id, ForeignKey(f"{other}.id"), nullable=null, **more)


def moment(name: str, *, null: bool = False) -> Column:
    return Column(name, Moment, nullable=null)
