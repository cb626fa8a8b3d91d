"""Server-sent events (WHATWG HTML, section 9.2): one event a record, its id the position to continue from."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from inquest.api.adapters.failures import told
from inquest.api.ports import Record
from inquest.contracts.errors import InquestError

BEAT_S = 15.0  # proxies cut streams that are silent for a minute or less
_BEAT = b": still here\n\n"


async def event_stream(records: AsyncIterator[Record], beat_s: float = BEAT_S) -> AsyncIterator[bytes]:
    """Yield the records as events, and a comment while nothing happens; an error ends the stream as event `error`."""
    waiting: asyncio.Task[Record] = asyncio.ensure_future(_next(records))
    try:
        while True:
            await asyncio.wait({waiting}, timeout=beat_s)
            if not waiting.done():
                yield _BEAT
                continue
            try:
                record = waiting.result()
            except StopAsyncIteration:
                return
            except InquestError as error:
                _, problem = told(error)
                yield encode("error", json.dumps({"message": problem.message, "error_id": problem.error_id}))
                return
            yield encode(record.kind or "entry", _data(record), record.position)
            waiting = asyncio.ensure_future(_next(records))
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration, InquestError):
            await waiting


async def _next(records: AsyncIterator[Record]) -> Record:
    return await anext(records)


def encode(event: str, data: str, position: int | None = None) -> bytes:
    """Return one event. `data` is JSON on one line, so that it cannot end the event early."""
    head = f"id: {position}\n" if position is not None else ""
    return f"{head}event: {event}\ndata: {data}\n\n".encode()


def _data(record: Record) -> str:
    document = {
        "position": record.position,
        "investigation_id": record.investigation_id,
        **record.entry.model_dump(mode="json"),
        "message": record.message.model_dump(mode="json") if record.message is not None else None,
    }
    return json.dumps(document)
