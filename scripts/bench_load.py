"""Load for `make bench-doors`, in a process of its own: signed deliveries over HTTP, or raw publishes to compare with.

`http HOST PORT SECRET FIRST RATE SECONDS CONNECTIONS` delivers at a rate (0: as fast as answers come);
`raw NATS_URL SUBJECT FIRST SECONDS PUBLISHERS` publishes. Both print one JSON object.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import nats

SERVICES = 50
INCIDENTS = 500
FILLER = "x" * 1200  # a real page has about 2 kB
KEPT = 202


def body(number: int) -> bytes:
    """Return the page of a PagerDuty event that no other has the id of."""
    incident = {
        "id": f"Q{number % INCIDENTS}",
        "type": "incident",
        "title": f"svc-{number % SERVICES} is slow",
        "urgency": "high",
        "service": {"id": f"P{number % SERVICES}", "summary": f"svc-{number % SERVICES}", "type": "service_reference"},
        "body": FILLER,
    }
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {"id": f"E{number}", "event_type": "incident.triggered", "occurred_at": now, "data": incident}
    return json.dumps({"event": event}).encode()


def request(number: int, secret: str) -> bytes:
    """Return the whole HTTP request."""
    raw = body(number)
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/pagerduty/acme HTTP/1.1\r\nHost: intake\r\nContent-Type: application/json\r\n"
        f"X-PagerDuty-Signature: v1={digest}\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


class Connection(asyncio.Protocol):
    """One keep-alive connection. As little as a client can be, so that it takes little from what it measures."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take the status once the answer is whole."""
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if separator and len(rest) >= length and self._answer:
            self._buffer = b""
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        """Count a lost connection as status 0."""
        if self._answer and not self._answer.done():
            self._answer.set_result(0)

    def send(self, data: bytes) -> asyncio.Future[int]:
        """Send a request; the future becomes the status of its answer."""
        assert self._transport
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return self._answer


async def _connections(host: str, port: int, count: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Connection, host, port))[1] for _ in range(count)]


async def at_rate(
    connections: list[Connection], first: int, secret: str, rate: float, seconds: float
) -> dict[str, Any]:
    """Send at a fixed rate, whatever the answers do; a delivery that has to wait for a connection waits in its time."""
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for one in connections:
        free.put_nowait(one)
    waits_s: list[float] = []
    errors = 0

    async def deliver(data: bytes, due: float) -> None:
        nonlocal errors
        connection = await free.get()
        errors += await connection.send(data) != KEPT
        waits_s.append(loop.time() - due)
        free.put_nowait(connection)

    started = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = started + number / rate
            data = request(first + number, secret)
            await asyncio.sleep(max(0.0, due - loop.time()))
            group.create_task(deliver(data, due))
    return _told(waits_s, errors, loop.time() - started)


async def at_most(count: int, seconds: float, send: Callable[[int, int], Coroutine[Any, Any, bool]]) -> dict[str, Any]:
    """Keep `count` senders busy; `send(sender, number)` says whether it was taken."""
    loop = asyncio.get_running_loop()
    waits_s: list[float] = []
    errors = 0

    async def keep_busy(sender: int) -> None:
        nonlocal errors
        number = sender
        while (began := loop.time()) < until:
            errors += not await send(sender, number)
            waits_s.append(loop.time() - began)
            number += count

    started = loop.time()
    until = started + seconds
    await asyncio.gather(*(keep_busy(sender) for sender in range(count)))
    return _told(waits_s, errors, loop.time() - started)


def _told(waits_s: list[float], errors: int, took_s: float) -> dict[str, Any]:
    ordered = sorted(waits_s)
    p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    return {
        "p50_ms": p50,
        "p99_ms": p99,
        "max_ms": ordered[-1] * 1000,
        "errors": errors,
        "per_s": len(ordered) / took_s,
    }


async def http(host: str, port: str, secret: str, first: str, rate: str, seconds: str, count: str) -> dict[str, Any]:
    """Deliver over HTTP."""
    connections = await _connections(host, int(port), int(count))
    if float(rate):
        return await at_rate(connections, int(first), secret, float(rate), float(seconds))

    async def send(sender: int, number: int) -> bool:
        return await connections[sender].send(request(int(first) + number, secret)) == KEPT

    return await at_most(int(count), float(seconds), send)


async def raw(url: str, subject: str, first: str, seconds: str, count: str) -> dict[str, Any]:
    """Publish with nats-py alone, with an id each, waiting for each ack."""
    client = await nats.connect(url)
    js = client.jetstream()

    async def send(_: int, number: int) -> bool:
        serial = int(first) + number
        await js.publish(subject, body(serial), headers={"Nats-Msg-Id": f"raw-{serial}"})
        return True

    try:
        return await at_most(int(count), float(seconds), send)
    finally:
        await client.close()


WAYS: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {"http": http, "raw": raw}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(WAYS[sys.argv[1]](*sys.argv[2:]))))
