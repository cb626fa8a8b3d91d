"""`inquest policy test|explain`: policies are tried before they are applied."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from inquest.cli.session import echo_json
from inquest.config import Config
from inquest.config.document import ConfigInvalid, read_text
from inquest.config.load import load
from inquest.config.policies.asked import Decision
from inquest.config.policies.cases import Call, decided, prepared, read_cases
from inquest.contracts.errors import InquestError


def test(path: Path, config_file: Path, *, as_json: bool) -> None:
    """Print which cases come out otherwise; exit status 1 when there are any."""
    try:
        config = load(config_file)
        cases = read_cases(read_text(path), str(path))
    except ConfigInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    found = [(case, decision, case.fault(decision)) for case, decision in decided(config, cases)]
    failed = [(case, fault) for case, _, fault in found if fault]
    if as_json:
        echo_json([{"name": case.name, "fault": fault, **_told(decision)} for case, decision, fault in found])
    else:
        for case, fault in failed:
            typer.echo(f"FAILED {case.name}: {fault}")
        typer.echo(f"{len(found) - len(failed)} of {len(found)} cases are as expected")
    if failed:
        raise typer.Exit(1)


def explain(call: dict[str, Any], tenant: str, config_file: Path, *, as_json: bool) -> None:
    """Print what would become of one call, and by which rule."""
    config = load(config_file) if config_file.exists() else Config()
    config.tenant(tenant)
    try:
        asked = Call.model_validate(call)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise InquestError(f"--{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from error
    decision = prepared(config, tenant).decide(asked.asked(tenant, config, datetime.now(UTC)))
    if as_json:
        echo_json(_told(decision))
        return
    typer.echo(decision.said())
    if asked.access == "write" and decision.needs_approval:
        permits = prepared(config, tenant).decide(
            asked.model_copy(update={"approved": True}).asked(tenant, config, datetime.now(UTC))
        )
        typer.echo(f"with an approval: {permits.said()}")


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "permitted": decision.permitted,
        "rules": list(decision.rules),
        "errors": list(decision.errors),
        "said": decision.said(),
    }
