"""The tables as ``pg_dump`` writes them, kept in the tree so that a change of the schema is seen in a review.

To write it anew: ``LMS_WRITE_GOLDEN=1 ./lms test tests/db/test_schema_golden.py``
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from desktop.models import Base
from tests.support.postgres import Database, chosen_binaries

GOLDEN = Path(__file__).with_name("schema.golden.sql")
MAJOR = 18
"""Versions write the same schema differently; the golden file is this one's."""


def dumped(dsn: str) -> str:
    """The tables with their constraints, indexes, triggers and owners; policies and rights have tests of their own."""
    tables = [f"--table={table.fullname}" for table in Base.metadata.sorted_tables]
    program = chosen_binaries().program("pg_dump")
    options = ["--schema-only", "--no-policies", "--no-privileges", "--restrict-key=none", *tables]
    text = subprocess.run([program, *options, f"--dbname={dsn}"], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"^(--|SET |SELECT pg_catalog.set_config|\\(un)?restrict).*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ALTER TABLE ONLY \S+ FORCE ROW LEVEL SECURITY;\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def test_the_tables_are_as_in_the_golden_file(db: Database) -> None:
    if chosen_binaries().major != MAJOR:
        pytest.skip(f"the golden file is Postgres {MAJOR}'s")
    text = dumped(db.dsn)
    if os.environ.get("LMS_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()
