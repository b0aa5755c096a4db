"""Misleading our functions, and getting in at all."""

from __future__ import annotations

import psycopg
import pytest

from desktop.members.scram import verifier
from tests.support.association import PASSWORD, Association


def test_shadowing_does_not_mislead_our_functions(association: Association) -> None:
    """Even someone who may make temporary objects: they come before ``public`` in an ordinary search path."""
    database = association.database.address.database
    with association.installer() as installer:
        installer.execute(f"GRANT TEMP ON DATABASE {database} TO lms_member")
    with association.sign_in("lea") as lea:
        for name in ("members", "enrollments", "courses", "member_roles", "member_logins"):
            lea.execute(
                f"CREATE TEMP TABLE {name} AS SELECT %s::uuid AS id, %s::uuid AS member_id, 'administrator' AS role,"
                " 'published' AS status, session_user AS role_name, NULL::timestamptz AS disabled_at",
                (association["admin"],) * 2,
            )
        lea.execute("CREATE FUNCTION pg_temp.has_role(text) RETURNS boolean LANGUAGE sql RETURN true")
        lea.execute("CREATE FUNCTION pg_temp.always(uuid, uuid) RETURNS boolean LANGUAGE sql RETURN true")
        lea.execute("CREATE OPERATOR pg_temp.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = pg_temp.always)")
        lea.execute("SET search_path = pg_temp, lms, public")
        assert lea.execute("SELECT lms.current_member_id(), lms.my_roles()").fetchone() == (association["lea"], ["learner"])
        assert lea.execute("SELECT count(*) FROM public.enrollments").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            lea.execute("SELECT lms.confirm_payment(%s)", (association["paula_enrollment"],))


def test_strangers_cannot_even_connect(association: Association) -> None:
    with association.installer() as installer:
        installer.execute(f"CREATE ROLE passer_by LOGIN PASSWORD '{verifier(PASSWORD)}'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(association.conninfo("passer_by"))
