"""What investigations may spend, through the api."""

from typing import Any

import typer

from inquest.cli import session
from inquest.cli.controls import ask
from inquest.config.budget_text import budget_of, bytes_text
from inquest.contracts.errors import InquestError
from inquest.contracts.text import plain

LABELS = {
    "calls_max": "calls",
    "bytes_max": "bytes",
    "tokens_max": "tokens",
    "call_s_max": "call-time",
    "rounds_max": "rounds",
    "step_latency_ms_max": "step-time",
    "duration_s_max": "duration",
}


def show_budgets(tenant: str, api_url: str | None, *, as_json: bool) -> None:
    """Print what there is to choose from, and what was chosen."""
    found = ask(tenant, api_url, "GET", "/v1/budgets")
    if as_json:
        session.echo_json(found)
        return
    for one in found["profiles"]:
        typer.echo(f"profile {one['name']:<12} {_limits(one['limits'], one['shares'])}")
    mine = _limits(found["tenant_default"], found["tenant_default"].get("shares", ()))
    typer.echo(f"tenant  {tenant:<12} {mine or 'no budget of its own'}")
    for row in found["quotas"]:
        about = f"{row['scope']} {row['name']} " if row["scope"] else ""
        typer.echo(f"quota   {about}per {row['window']}: {_limits(row, ())}")
    for one in found["saved"]:
        budget = one["budget"]
        said = _limits(budget, budget.get("shares", ()))
        typer.echo(f"{one['level']:<7} {plain(one['name']):<12} {said}  (by {plain(one['by'])}, {one['at']})")
    if not found["saved"]:
        typer.echo("no user and no team has saved a default")


def save_budget(
    items: list[str], user: str | None, team: str | None, tenant: str, api_url: str | None, *, as_json: bool
) -> None:
    """Save a default."""
    body = {**_whose(user, team), "budget": budget_of(items)}
    saved = ask(tenant, api_url, "POST", "/v1/budgets", body)
    if as_json:
        session.echo_json(saved)
        return
    said = _limits(saved["budget"], saved["budget"].get("shares", ()))
    typer.echo(f"{saved['level']} {plain(saved['name'])}: {said}; for investigations that begin from now on")


def clear_budget(user: str | None, team: str | None, tenant: str, api_url: str | None) -> None:
    """Take a saved default away."""
    cleared = ask(tenant, api_url, "POST", "/v1/budgets/clear", _whose(user, team))
    became = "has no default any more" if cleared["was_saved"] else "had no default"
    typer.echo(f"{cleared['level']} {plain(cleared['name'])} {became}")


def explain_budget(
    items: list[str],
    services: list[str],
    user: str | None,
    mode: str | None,
    tenant: str,
    api_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Print each limit that a new investigation would have, and who set it."""
    body: dict[str, Any] = {"user": user or "", "services": services, "mode": mode}
    if items:
        body["budget"] = budget_of(items)
    found = ask(tenant, api_url, "POST", "/v1/budgets/explain", body)
    if as_json:
        session.echo_json(found)
        return
    said = found["limits_from"]
    typer.echo(f"mode {found['mode']}, profile {found['profile']} ({said.get('profile', 'the default')})")
    for name, label in LABELS.items():
        value = _amount(name, found["limits"].get(name))
        typer.echo(f"{label:<10} {value:<12} {plain(said.get(name, _unsaid(found, name)))}")
    for share in found["shares"]:
        whose = f"{share['scope']}:{share['name']}"
        typer.echo(f"{whose}  {_limits(share, ())}  {plain(said.get(whose, ''))}")


def _unsaid(found: dict[str, Any], name: str) -> str:
    return f"profile {found['profile']}" if found["limits"].get(name) else "no limit"


def _whose(user: str | None, team: str | None) -> dict[str, str]:
    if user and team:
        raise InquestError("name either --user or --team")
    return {"level": "team", "name": team} if team else {"level": "user", "name": user or ""}


def _limits(row: dict[str, Any], shares: Any) -> str:
    parts = [f"profile={row['profile']}"] if row.get("profile") else []
    parts += [f"{label}={_amount(name, row[name])}" for name, label in LABELS.items() if row.get(name)]
    parts += [f"{one['scope']}:{one['name']} ({_limits(one, ())})" for one in shares]
    return " ".join(parts)


def _amount(name: str, value: int | None) -> str:
    if value is None:
        return "-"
    if name == "bytes_max":
        return bytes_text(value).replace(" ", "")
    if name == "step_latency_ms_max":
        return f"{value / 1000:g}s"
    return f"{value}s" if name in {"call_s_max", "duration_s_max"} else str(value)
