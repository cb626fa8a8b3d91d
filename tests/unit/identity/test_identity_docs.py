"""The table of roles in docs/identity.md is the one in the code."""

from pathlib import Path
from typing import get_args

from inquest.api.domain.routes import OPERATIONS
from inquest.identity import Permission
from inquest.identity.limits import FAILURES, RATES
from inquest.identity.permissions import roles_with
from inquest.identity.settings import Algorithm

PAGE = (Path(__file__).parents[3] / "docs" / "identity.md").read_text(encoding="utf-8")
BESIDE = {
    "service.admin": "what the Admin port of every service does",
    "budgets.govern": "the same for a team or for somebody else",
}


def row_of(permission: Permission) -> str:
    names = [f"`{row.name}`" for row in OPERATIONS if row.permission == permission]
    return f"| `{permission}` | {', '.join(roles_with(permission))} | {', '.join(names) or BESIDE[permission]} |"


def test_the_table_of_roles_is_the_one_in_the_code():
    table = "| permission | roles | operations |\n|---|---|---|\n" + "\n".join(map(row_of, get_args(Permission)))
    assert table in PAGE, table


def test_the_figures_are_those_in_the_code():
    assert {(rate.per_s, rate.burst) for role, rate in RATES.items() if role != "admin"} == {(20, 60)}
    assert "| viewer, responder, operator | 20 | 60 |" in PAGE
    assert f"| admin | {RATES['admin'].per_s} | {RATES['admin'].burst} |" in PAGE
    assert f"{FAILURES.burst} at once, then one a second" in PAGE
    assert ", ".join(get_args(Algorithm)) in PAGE
