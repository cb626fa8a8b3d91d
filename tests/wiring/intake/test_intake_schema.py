"""The OpenAPI document is the committed one, and whatever it allows to be sent is answered as it says."""

import asyncio
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import settings
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.openapi import document, render
from inquest.intake.domain.sources import SOURCES
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.testkit.memory import MemoryBus
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

COMMITTED = Path(__file__).parents[3] / "services/intake/openapi.json"


class Fuzzed:
    """Intake with every source, for a client without an event loop."""

    def __init__(self, **proof: Any) -> None:
        self.bus = MemoryBus()
        self.promised: set[str] = set()
        entries = [{"kind": kind, **proof} for kind in sorted(SOURCES)]
        asyncio.run(self._start(Config.model_validate({"tenants": {"acme": {"sources": entries}}})))

    async def _start(self, config: Config) -> None:
        await ConfigStore(self.bus.kv(topology.CONFIG)).apply(config, "test", self.bus.now)
        service = build(self.bus, Settings())
        await service.on_start[0]()
        self.app = Starlette(routes=(Route("/open.json", _open), *service.routes))

    def send(self, case: schemathesis.Case) -> None:
        # The shape of a body is a matter of each source, and more than the document says of it.
        response = case.call_and_validate(excluded_checks=[positive_data_acceptance])
        if response.status_code == httpx.codes.ACCEPTED:
            self.promised.update(response.json()["signal_ids"])


async def _open(_: Request) -> JSONResponse:
    """Return the document as it would be for sources that take webhooks from anybody."""
    told = copy.deepcopy(document())
    for path in told["paths"].values():
        del path["post"]["security"]
    return JSONResponse(told)


OPEN, CLOSED = Fuzzed(unauthenticated=True), Fuzzed(secret="env:INTAKE_SCHEMA_SECRET")


@pytest.fixture(scope="module", autouse=True)
def promised() -> Iterator[None]:
    """Check at the end that whatever was promised came, and that nothing else was kept."""
    yield
    asyncio.run(OPEN.bus.settle())
    found = (*OPEN.bus.published(s.SIGNAL_RECEIVED), *OPEN.bus.published(s.CHANGE_RECEIVED))
    assert {one.signal_id for one in found} == OPEN.promised
    assert OPEN.bus.dead == []
    assert CLOSED.bus.published(s.DELIVERY_KEPT) == []


def test_the_committed_document_is_the_generated_one():
    assert COMMITTED.read_text(encoding="utf-8") == render(), (
        "run: python -m inquest.intake.openapi > services/intake/openapi.json"
    )
    assert {path.split("/")[2] for path in document()["paths"]} == set(SOURCES)


@schemathesis.openapi.from_asgi("/open.json", OPEN.app).parametrize()
@settings(max_examples=40, deadline=None)
def test_what_is_sent_by_anybody_is_answered_as_documented(case):
    case.path_parameters["tenant"] = "acme"
    OPEN.send(case)


@schemathesis.openapi.from_asgi("/openapi.json", CLOSED.app).parametrize()
@settings(max_examples=20, deadline=None)
def test_nothing_that_is_not_proven_gets_in(case):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTAKE_SCHEMA_SECRET", "a secret that no generator finds")
        CLOSED.send(case)
