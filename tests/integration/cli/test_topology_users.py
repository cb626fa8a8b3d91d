"""`inquest topology permissions`, and `apply` as an operator of a secured bus, audited."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest
from inquest.bus.users import OPERATOR, allowed
from inquest.cli.main import app
from inquest.contracts.topology import SERVICES
from inquest.testkit.secured import Secured, secured
from typer.testing import CliRunner

__all__ = ["secured"]
INQUEST = Path(sys.executable).parent / "inquest"
RUN = CliRunner()


def test_permissions_of_one_and_of_all() -> None:
    one = RUN.invoke(app, ["topology", "permissions", "worker"])
    assert json.loads(one.stdout) == allowed("worker")
    every = RUN.invoke(app, ["topology", "permissions"])
    assert json.loads(every.stdout) == {name: allowed(name) for name in SERVICES}


def test_permissions_as_nats_server_takes_them() -> None:
    lines = RUN.invoke(app, ["topology", "permissions", "--format", "nats"]).stdout.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"{{ user: {name}" for name in SERVICES]
    assert json.dumps(allowed("api")) in lines[-1]


@pytest.mark.parametrize(
    ("words", "told"), [(["nobody"], "no service 'nobody'"), (["--format", "xml"], "no format 'xml'")]
)
def test_what_there_is_not_is_named(words: list[str], told: str) -> None:
    result = RUN.invoke(app, ["topology", "permissions", *words])
    assert told in str(result.exception)


async def command(*words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(INQUEST, *words, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_apply_uses_the_operators_user_and_is_audited(secured: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INQUEST_NATS_USER", OPERATOR)
    monkeypatch.setenv("INQUEST_NATS_PASSWORD_FILE", str(secured.identities.password_file(OPERATOR)))
    status, said = await command("topology", "apply", "--nats-url", secured.server.url)
    assert (status, "0 changed" in said) == (0, True)
    operator = await secured.bus(OPERATOR)
    (record,) = [message async for batch in operator.replay("AUDIT") for message, _ in batch]
    assert (record.action, record.tenant, record.service) == ("topology-applied", "system", "cli")
    assert record.about.startswith("0 of ")


async def test_without_a_user_the_command_says_what_is_wrong(secured: Secured) -> None:
    status, said = await command("topology", "show", "--nats-url", secured.server.url)
    assert (status, "check user and password" in said) == (1, True)
