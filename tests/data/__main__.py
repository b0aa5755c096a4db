"""Fill a workspace with data from a seed: ``./lms data year-one``.

Without ``--dsn`` the workspace is one on this computer, named "Year one", in the application's list: open it there. Its administrator is
signed in by the application without being asked; the passwords of the others are kept beside the data and printed here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from desktop.errors import LmsError
from desktop.settings import config_folder, data_folder
from desktop.store.dsn import Dsn
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Workspaces
from tests.data.load import fill
from tests.data.year_one import Year

NAME = "Year one"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="data", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=("year-one",))
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same data (default 1)")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 20,000 members and 500,000 progress rows; at least 0.01")
    parser.add_argument("--until", type=date.fromisoformat, default=None, help="the day after the year (default: today)")
    parser.add_argument("--dsn", help="a superuser's address of an empty workspace, instead of one on this computer")
    options = parser.parse_args(arguments)
    if not 0.01 <= options.scale <= 10:
        parser.error("the scale is between 0.01 and 10")
    until = options.until or date.today()  # noqa: DTZ011 - the reader's own day is meant
    passwords: dict[str, str] = {}

    def fill_at(installer: Dsn, remember: Callable[[str, str], object]) -> dict[str, str]:
        def keep(login: str, password: str) -> None:
            passwords[login] = password
            remember(login, password)

        return fill(installer, lambda content: Year(options.seed, options.scale, until, content), keep, say)

    start = time.perf_counter()
    try:
        logins = fill_at(Dsn.parse(options.dsn), lambda _login, _password: None) if options.dsn else fill_here(fill_at)
    except LmsError as error:
        print(f"{error.message} {error.remedy}".strip(), file=sys.stderr)
        return 1
    print(f"{'everything':<48} {'':>8} {time.perf_counter() - start:>8.1f} s")
    for role, login in logins.items():
        print(f"{role}: {login}, password {passwords[login]}")
    return 0


def fill_here(fill_at: Callable[[Dsn, Callable[[str, str], object]], dict[str, str]]) -> dict[str, str]:
    """Fill the workspace of that name on this computer; make it where there is none."""
    workspaces = Workspaces(config_folder() / "workspaces.json", data_folder(), Secrets(config_folder() / "secrets.json"))
    workspace = next((one for one in workspaces.list_all() if one.name == NAME), None) or workspaces.add_embedded(NAME)
    with workspaces.open(workspace) as opened:
        assert opened.server is not None
        logins = fill_at(opened.server.address(), lambda login, password: workspaces.remember(workspace, login, password))
    workspaces.update(replace(workspace, user=logins["administrator"]))
    return logins


def say(what: str, rows: int, seconds: float) -> None:
    print(f"{what:<48} {rows or '':>8} {seconds:>8.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
