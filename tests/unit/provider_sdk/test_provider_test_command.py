"""`inquest provider test`: what is asked, and what is said of it."""

from datetime import UTC, datetime

import pytest
from inquest.cli.provider_test import Asked, _awake, _examined, _line, _progress, _sum, configured
from inquest.config import TenantConfig
from inquest.contracts.errors import InquestError
from inquest.gateway.conformance.checks import CHECKS
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.loki import T0, LokiServer, lines
from inquest.testkit.backends import Backend, Reply

NOW = datetime(2026, 3, 1, 15, tzinfo=UTC)
NOWHERE = "nats://127.0.0.1:1"
WINDOW = ("2026-03-01T14:00:00Z", "2026-03-01T14:08:00Z")


def test_a_question_is_made_of_what_is_given():
    asked = Asked("-30m", "-10m", ("cart",), ("text=a=b", "trace_ids=1,2"))
    request = asked.request("logs", NOW)
    assert (request.window.start.minute, request.window.end.minute) == (30, 50)
    assert (request.services, request.text, request.trace_ids) == (("cart",), "a=b", ("1", "2"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("soon"), "'soon' is no time"),
        (Asked("-5m", "-5m"), "is not before --to"),
        (Asked(fields=("text",)), "--ask text: write FIELD=VALUE; fields are cursor, "),
        (Asked(fields=("window=1",)), "--ask window=1: write FIELD=VALUE"),
        (Asked(fields=("path=src",)), "logs takes no path"),
        (Asked(fields=("rows_max=-1",)), "--ask: rows_max: "),
        (Asked(fields=("severity_min=loud",)), "logs: severity_min: "),
    ],
)
def test_a_question_that_nobody_can_ask_is_told(asked, said):
    with pytest.raises(InquestError) as told:
        asked.request("logs", NOW)
    assert said in str(told.value)


def test_what_the_configuration_does_not_have_is_told(tmp_path):
    file = tmp_path / "inquest.yaml"
    file.write_text(
        "tenants: {acme: {providers: [{name: logs, kind: loki, settings: {url: 'http://l', selector: '{a=\"b\"}'}}]}}"
    )
    assert configured(file, "acme", "logs")[1].kind == "loki"
    with pytest.raises(InquestError, match="has no provider desk; there are: logs"):
        configured(file, "acme", "desk")
    with pytest.raises(InquestError, match="has no tenant globex; there are: acme"):
        configured(file, "globex", "logs")


async def examined(serve, tell):
    async with Backend(serve=serve).listening() as backend:
        settings = {"url": backend.url, "selector": '{namespace="shop"}'}
        tenant = TenantConfig.model_validate({"providers": [{"name": "l", "kind": "loki", "settings": settings}]})
        request = Asked(*WINDOW).request("logs", NOW)
        return await _examined(tenant.providers[0], "acme", tenant, "logs", request, NOWHERE, tell)


@pytest.mark.slow
async def test_a_good_source_passes_and_each_check_is_told_as_it_ends(capsys):
    assert T0.isoformat() == "2026-03-01T14:00:00+00:00"
    found = await examined(LokiServer(lines()), _progress())
    assert [one.verdict for one in found].count("failed") == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(CHECKS)
    assert told[0] == f"[1/{len(CHECKS)}] it describes itself: passed"
    assert _sum(found).startswith(f"{sum(one.verdict == 'passed' for one in found)} passed, 0 failed, ")


@pytest.mark.slow
async def test_a_bad_source_fails_with_the_reason(capsys):
    found = await examined(lambda _: Reply(401), _line)
    failed = [one for one in found if one.verdict == "failed"]
    assert [one.check for one in failed] == ["it is well", "it answers"]  # what follows would say it again
    assert {one.reason for one in found[3:]} == {"it is neither well nor answers"}
    out = capsys.readouterr().out
    assert "✓ it describes itself" in out
    assert any(line.startswith("✗ it is well") and "401" in line for line in out.splitlines())


class Starting:
    """A server whose first probes end as told."""

    def __init__(self, *kinds):
        self.left = list(kinds)

    async def probe(self):
        if self.left:
            raise ProviderError(self.left.pop(0), "not yet")


@pytest.mark.parametrize(("kinds", "left"), [((), 0), (("timeout", "timeout"), 0), (("auth", "timeout"), 1)])
async def test_a_server_that_is_slow_to_come_up_is_waited_for_and_one_that_refuses_is_not(
    kinds, left, capsys, monkeypatch
):
    monkeypatch.setattr("inquest.cli.provider_test.AWAKE_PAUSE_S", 0.0)
    server = Starting(*kinds)
    await _awake(server)
    assert len(server.left) == left
    assert capsys.readouterr().err.count("waiting for the server") == kinds[:2].count("timeout") * (left == 0)
