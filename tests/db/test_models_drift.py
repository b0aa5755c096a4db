"""The models say what the database is. Every difference between the two is found here, and whoever changes one changes the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects.postgresql.base import PGDialect

from desktop.models import Base, RowClock
from desktop.models.base import Name, Xid8
from tests.support.postgres import Database, Server

COLUMNS = """
SELECT c.oid::regclass::text || '.' || attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attidentity,
       attgenerated
FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'lms'::regnamespace) AND attnum > 0 AND NOT attisdropped
"""

CONSTRAINTS = """
SELECT conrelid::regclass::text || '.' || conname, contype, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, 'lms'::regnamespace) AND contype IN ('p', 'u', 'f', 'c')
"""

INDEXES = "SELECT schemaname || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname IN ('public', 'lms')"

COMMENTS = """
SELECT oid::regclass::text, obj_description(oid, 'pg_class')
FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'lms'::regnamespace)
"""


@pytest.fixture
def drawn_from_models(postgres_server: Server) -> Iterator[str]:
    """A database whose tables SQLAlchemy made from the models alone."""
    address = postgres_server.address("models_drift")
    with postgres_server.connect() as connection:
        connection.execute("CREATE DATABASE models_drift TEMPLATE template0")
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address.conninfo()), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA lms"))
        # What indexes are made of; the tables are to come of the models alone
        connection.execute(
            sa.text("CREATE FUNCTION lms.assets_in(p_text text) RETURNS text[] IMMUTABLE LANGUAGE sql AS 'SELECT NULL::text[]'")
        )
        Base.metadata.create_all(connection)
    yield address.conninfo()
    postgres_server.drop("models_drift")


def catalogue(dsn: str, query: str) -> dict[str, Any]:
    with psycopg.connect(dsn) as connection:
        return {row[0]: row[1:] for row in connection.execute(query)}


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEXES, COMMENTS], ids=["columns", "constraints", "indexes", "comments"])
def test_tables_made_from_the_models_are_the_installed_ones(db: Database, drawn_from_models: str, query: str) -> None:
    installed = catalogue(db.dsn, query)
    assert len(installed) >= len(Base.metadata.tables)
    assert catalogue(drawn_from_models, query) == installed


def test_alembic_finds_nothing_to_change(db: Database) -> None:
    # Alembic leaves out the name of the default schema, which the models write; so let it be neither of ours.
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(db.dsn, options="-c search_path=pg_catalog"), poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        assert isinstance(connection.dialect, PGDialect)
        connection.dialect.ischema_names = {**connection.dialect.ischema_names, "xid8": Xid8, "name": Name}
        context = MigrationContext.configure(
            connection, opts={"include_schemas": True, "include_name": ours, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return name in ("public", "lms") if kind == "schema" else True


def test_a_column_missing_from_the_models_is_found(db: Database, drawn_from_models: str) -> None:
    with psycopg.connect(db.dsn) as connection:
        connection.execute("ALTER TABLE lms.row_clocks ADD COLUMN forgotten text")
    found = catalogue(db.dsn, COLUMNS).keys() - catalogue(drawn_from_models, COLUMNS).keys()
    assert found == {f"lms.{RowClock.__tablename__}.forgotten"}
