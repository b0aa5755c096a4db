"""What the models share: the base class, types, columns that many tables have, and the names that Postgres gives constraints."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, MetaData, Text, Uuid, false, func, text, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import Double, Numeric, UserDefinedType


class Base(DeclarativeBase):
    """The base of every model; its metadata is the whole schema."""

    metadata = MetaData(naming_convention={"pk": "%(table_name)s_pkey", "fk": "%(table_name)s_%(column_0_name)s_fkey"})
    type_annotation_map = {
        str: Text(),
        float: Double(),
        Decimal: Numeric(),
        datetime: TIMESTAMP(timezone=True),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
        dict[str, Any]: JSONB(),
    }


class Xid8(UserDefinedType[int]):
    """The number of a transaction, which never comes again."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "xid8"

    def result_processor(self, *_dialect_and_type: object) -> Callable[[Any], int | None]:
        return lambda value: None if value is None else int(value)


class Name(UserDefinedType[str]):
    """The name of something in Postgres itself, such as a role."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "name"


Id = Annotated[UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))]
Now = Annotated[datetime, mapped_column(server_default=func.now())]
Counter = Annotated[int, mapped_column(server_default=text("0"))]
RowVersion = Annotated[int, mapped_column(BigInteger, server_default=text("0"))]
Off = Annotated[bool, mapped_column(server_default=false())]
On = Annotated[bool, mapped_column(server_default=true())]


def vocabulary(table: str, column: str, *words: str) -> CheckConstraint:
    """The constraint that a column holds one of ``words``."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{table}_{column}_check")
