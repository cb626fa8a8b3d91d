"""Fuzzes the bus: raw deliveries, and what consumers and repliers take, as garbage and as bad copies of good ones."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from inquest.bus.bus import Bus
from inquest.bus.headers import ERROR
from inquest.contracts import topology
from inquest.contracts.codec import PROTOBUF
from inquest.contracts.subjects import SUBJECTS
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from scripts.fuzz_inputs import KINDS, OPEN, SIGNED, Sample, deliveries, messages
from scripts.fuzz_mutate import Mutator
from scripts.fuzz_tally import HANG_S, Tally

ROUND = 500  # published at once
BACKLOG_MAX = 4_000  # then wait: what is looked for is what a message does, not what a flood does
REQUESTS = 0.05  # of inputs: asked instead of published
WORKED_S_MAX = 240.0
SETTLE_S_MAX = 600.0  # what cannot be done yet is tried for some six minutes before it is a dead letter
ASKS_MAX = 10
QUIET_S = 3.0
DURABLES = frozenset(row.durable for row in topology.CONSUMERS)
_HEADERS = (
    *(("Content-Type", "application/x-protobuf"), ("Content-Type", "text/xml"), ("Content-Type", "")),
    *(("traceparent", "00-zz"), ("traceparent", "é"), ("Inquest-Tenant", "other"), ("Inquest-Cause", "x" * 4000)),
    *(("inquest-payload-ref", "other/0000"), ("inquest-payload-ref", f"{SIGNED}/0000"), ("X", "y" * 20_000)),
    *(("Nats-Odd", "1"), ("Inquest-Via", "webhook"), ("ce-type", "x"), ("Inquest-Test", "a b")),
)


class BusFuzz:
    """Publishes to every subject that somebody works off, and asks everybody who answers."""

    def __init__(self, bus: Bus, seed: int, tally: Tally) -> None:
        self._bus = bus
        self._mutator = Mutator(f"bus {seed}")
        self._tally = tally
        self._requests = [row for row in SUBJECTS if row.reply is not None]
        self._samples = [sample for sample in messages() if sample.row.stream is not None]
        self._asked = [sample for sample in messages() if sample.row.stream is None]

    async def run(self, inputs: int) -> None:
        """Publish so many, in rounds, and not faster than they are worked off."""
        done = 0
        while done < inputs:
            now = min(ROUND, inputs - done)
            await asyncio.gather(*(self._send() for _ in range(now)))
            done += now
            if done % 10_000 == 0:
                print(f"{done} messages, {dict(self._tally.outcomes)}", file=sys.stderr, flush=True)
            await self._wait_below(BACKLOG_MAX, WORKED_S_MAX)

    async def settle(self) -> tuple[int, int]:
        """Wait until nothing is left to do and dead letters do not grow; returns what is stuck, and dead letters."""
        await self._wait_below(0, SETTLE_S_MAX)
        before, after = -1, await self._dead()
        for _ in range(20):
            if before == after:
                break
            await asyncio.sleep(QUIET_S)
            before, after = after, await self._dead()
        if before != after:
            self._tally.bad(f"dead letters still grow: {before}, {after}")
        return await self._backlog(), after

    async def _dead(self) -> int:
        info = await _patiently(lambda: self._bus.connection.js.stream_info("DEAD"))
        return int(info.state.last_seq)

    async def _wait_below(self, limit: int, seconds: float) -> None:
        for _ in range(int(seconds / 0.25)):
            if await self._backlog() <= limit:
                return
            await asyncio.sleep(0.25)
        self._tally.hung(f"the consumers are still {await self._backlog()} messages behind: {await self._behind()}")

    async def _backlog(self) -> int:
        return sum((await self._behind()).values())

    async def _behind(self) -> dict[str, int]:
        found = {}
        js = self._bus.connection.js
        for stream in {row.stream for row in topology.CONSUMERS}:
            for info in await _patiently(partial(js.consumers_info, stream)):
                waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
                if waiting and info.name in DURABLES:  # others are those of somebody who reads a stream back
                    found[info.name] = waiting
        return found

    async def _send(self) -> None:
        self._tally.inputs += 1
        if self._mutator.dice.random() < REQUESTS:
            await self._ask()
            return
        subject, payload, headers = self._delivery() if self._mutator.dice.random() < 0.4 else self._message()
        try:
            async with asyncio.timeout(HANG_S):
                await self._bus.connection.js.publish(subject, payload, headers=headers or None)
            self._tally.outcomes["published"] += 1
        except TimeoutError:
            self._tally.hung(f"publish on {subject}")
        except (NatsError, APIError, ValueError) as error:
            self._tally.outcomes[f"not published: {type(error).__name__}"] += 1

    def _delivery(self) -> tuple[str, bytes, dict[str, str]]:
        dice = self._mutator.dice
        kind = dice.choice(KINDS)
        own, body = dice.choice(deliveries()[kind])
        tenant = self._mutator.token(dice.choice((SIGNED, OPEN)))
        subject = f"ingest.{self._mutator.token(kind) if dice.random() < 0.1 else kind}.{tenant}"
        return _legal(subject), self._mutator.body(body), self._headers(dict(own))

    def _message(self) -> tuple[str, bytes, dict[str, str]]:
        sample = self._mutator.dice.choice(self._samples)
        return self._subject(sample), *self._payload(sample)

    def _payload(self, sample: Sample) -> tuple[bytes, dict[str, str]]:
        if sample.protobuf is not None and self._mutator.dice.random() < 0.3:
            return self._mutator.broken(sample.protobuf), self._headers({"Content-Type": PROTOBUF})
        return self._mutator.body(sample.body), self._headers({})

    def _subject(self, sample: Sample) -> str:
        dice = self._mutator.dice
        tokens = [self._mutator.token(token) if dice.random() < 0.3 else token for token in sample.keys.values()]
        if dice.random() < 0.02:
            tokens += ["more"]
        return _legal(".".join((sample.row.name, *tokens)))

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        dice = self._mutator.dice
        return headers | dict(dice.sample(_HEADERS, 2)) if dice.random() < 0.15 else headers

    async def _ask(self) -> None:
        sample = self._mutator.dice.choice(self._asked)
        subject = self._subject(sample)
        try:
            reply: Any = await self._bus.connection.client.request(subject, self._payload(sample)[0], timeout=HANG_S)
        except TimeoutError:
            self._tally.hung(f"request on {subject}")
            return
        except NatsError as error:  # nobody listens on a subject with an odd number of tokens
            self._tally.outcomes[f"not answered: {type(error).__name__}"] += 1
            return
        failure = (reply.headers or {}).get(ERROR, "")
        self._tally.outcomes[failure.partition(":")[0][:40] or "answered"] += 1
        if failure.startswith("bug"):
            self._tally.bad(f"{subject}: {failure}")


async def _patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask the server about itself, again where it is too busy to answer in time."""
    for _ in range(ASKS_MAX - 1):
        try:
            return await ask()
        except (NatsError, TimeoutError):
            continue
    return await ask()


def _legal(subject: str) -> str:
    """Return a subject that a server takes: what it refuses never reaches us."""
    return (
        ".".join(token for token in subject.replace(" ", "-").split(".") if token).replace("*", "x").replace(">", "x")
    )
