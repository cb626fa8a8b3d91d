import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from inquest.api.adapters.sse import encode, event_stream
from inquest.api.domain.openapi import document, render
from inquest.api.domain.routes import OPERATIONS
from inquest.api.ports import Record
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import TimelineEntry
from inquest.testkit.stories import InvestigationBuilder

COMMITTED = Path(__file__).parents[3] / "services" / "api" / "openapi.json"
ONE = InvestigationBuilder()


def test_the_committed_document_is_the_generated_one():
    assert COMMITTED.read_text(encoding="utf-8") == render(), (
        "run: python -m inquest.api.openapi > services/api/openapi.json"
    )


def test_the_document_prints():
    printed = subprocess.run(
        [sys.executable, "-m", "inquest.api.openapi"], check=True, capture_output=True, text=True
    ).stdout
    assert json.loads(printed)["openapi"] == "3.1.0"


def test_every_operation_is_described_and_every_reference_leads_somewhere():
    made = document()
    names = {item["operationId"] for path in made["paths"].values() for item in path.values()}
    assert names == {row.name for row in OPERATIONS}
    text = json.dumps(made)
    used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= set(made["components"]["schemas"])
    start = made["paths"]["/v1/investigations"]["post"]
    assert start["requestBody"]["required"]
    assert set(made["components"]["schemas"]["StartBody"]["required"]) == {"services", "from", "to"}
    assert not made["paths"]["/v1/investigations/{investigation_id}/cancel"]["post"]["requestBody"]["required"]


def record(position: int, text: str = "x") -> Record:
    return Record(position, "one", TimelineEntry(at=ONE.at(0), subject="evt", text=text), "verdict", ONE.verdict())


async def records(*items):
    for item in items:
        if isinstance(item, Exception):
            raise item
        if isinstance(item, asyncio.Event):
            await item.wait()
        else:
            yield item


async def collected(*items, beat_s: float = 5.0) -> list[bytes]:
    return [event async for event in event_stream(records(*items), beat_s)]


async def test_records_become_events():
    (event,) = await collected(record(7, "two\nlines"))
    head, kind, data, *rest = event.decode().split("\n")
    assert (head, kind, rest) == ("id: 7", "event: verdict", ["", ""])
    told = json.loads(data.removeprefix("data: "))
    assert (told["position"], told["text"], told["message"]["band"]) == (7, "two\nlines", "likely")


async def test_an_error_ends_the_stream_as_an_event():
    first, last = await collected(record(1), RetryLater("away"))
    assert first.startswith(b"id: 1")
    told = json.loads(last.decode().splitlines()[1].removeprefix("data: "))
    assert last == encode("error", json.dumps(told))
    assert (told["message"], len(told["error_id"])) == ("away", 16)


async def test_a_bug_is_not_hidden():
    with pytest.raises(KeyError):
        await collected(KeyError("bug"))


async def test_silence_is_filled():
    gate = asyncio.Event()
    stream = event_stream(records(gate, record(1)), beat_s=0.01)
    assert await anext(stream) == b": still here\n\n"
    gate.set()
    async for event in stream:
        if event.startswith(b"id: 1"):
            break
    await stream.aclose()


async def test_a_reader_who_leaves_stops_the_source():
    closed = asyncio.Event()

    async def source():
        try:
            await asyncio.Event().wait()
            yield record(1)
        finally:
            closed.set()

    stream = event_stream(source(), beat_s=0.01)
    await anext(stream)
    await stream.aclose()
    assert closed.is_set()
