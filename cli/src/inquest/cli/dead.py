"""`inquest dead list|show|redrive|discard`: what could not be processed, and what becomes of it."""

import base64
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import typer

from inquest.audit import AuditLog, Deed
from inquest.bus import dead
from inquest.bus.bus import Bus
from inquest.bus.dead import Buried
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import AuditAction, DeadLetter
from inquest.contracts.redaction import redact, redact_attributes
from inquest.contracts.subjects import match
from inquest.contracts.text import plain
from inquest.contracts.v1.controls import NO_TENANT

DATA_DIR = Path("var")
LETTERS_MAX = 10_000
PAYLOAD_CHARS_MAX = 16_000
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one letter: the subject it went to (none: discarded), or why it was left."""

    seq: int
    subject: str | None = None
    error: str | None = None


def list_letters(limit: int, nats_url: str | None, *, as_json: bool) -> None:
    """Print the dead letters, newest first."""

    async def read(bus: Bus) -> list[Buried]:
        return [one async for one in dead.read_letters(bus.connection, min(limit, LETTERS_MAX))]

    found = run(_connected(nats_url, read))
    if as_json:
        echo_json([{"seq": one.seq, **one.letter.model_dump(mode="json")} for one in found])
        return
    for one in found:
        letter = one.letter
        at = f"{letter.dead_at:%Y-%m-%d %H:%M:%S}Z"
        why = plain(f"{letter.error_type}: {letter.reason}")
        typer.echo(f"{one.seq:>6}  {at}  {plain(letter.consumer):<26} {plain(letter.subject)}  {why}")
    if not found:
        typer.echo("no dead letters")


def show(seq: int, nats_url: str | None, *, as_json: bool) -> None:
    """Print one letter: reason, attempts, trace, headers and what it holds, without secrets."""

    async def read(bus: Bus) -> DeadLetter:
        return await dead.letter(bus.connection, seq)

    found = run(_connected(nats_url, read))
    headers = redact_attributes(found.headers)
    payload = redact(base64.b64decode(found.payload_base64).decode(errors="replace"))[:PAYLOAD_CHARS_MAX]
    if as_json:
        kept = found.model_dump(mode="json", exclude={"payload_base64"})
        echo_json({"seq": seq, **kept, "headers": headers, "payload": payload})
        return
    rows = {
        "subject": found.subject,
        "message": f"{found.stream_seq} of {found.stream}",
        "given up": f"{found.dead_at:%Y-%m-%d %H:%M:%S}Z by {found.consumer} after {found.deliveries} attempts",
        "reason": f"{found.error_type}: {redact(found.reason)}",
        "trace": found.headers.get("traceparent", "-"),
        **{f"header {name}": value for name, value in sorted(headers.items())},
    }
    for name, value in rows.items():
        typer.echo(f"{name}: {plain(value, len(value) or 1)}")
    typer.echo("\n".join(plain(line, len(line) or 1) for line in payload.splitlines()))


def redrive(seqs: list[int], reason: str, nats_url: str | None, *, every: bool, as_json: bool) -> None:
    """Send some messages, or all, again; exit status 1 when one was left."""
    if bool(seqs) is every:
        raise typer.BadParameter("give the numbers of letters, or --all")

    async def send(bus: Bus) -> list[Settled]:
        numbers = seqs
        if every:  # oldest first
            numbers = [one.seq async for one in dead.read_letters(bus.connection, LETTERS_MAX)][::-1]
        return await _each(bus, numbers, "dead-redriven", reason)

    _tell(run(_connected(nats_url, send)), "sent again", as_json=as_json)


def discard(seqs: list[int], reason: str, nats_url: str | None, *, as_json: bool) -> None:
    """Give messages up for good; exit status 1 when one was left."""

    async def drop(bus: Bus) -> list[Settled]:
        return await _each(bus, seqs, "dead-discarded", reason)

    _tell(run(_connected(nats_url, drop)), "discarded", as_json=as_json)


async def _each(bus: Bus, seqs: list[int], action: AuditAction, reason: str) -> list[Settled]:
    audit = AuditLog(bus, "cli")
    try:
        return [await _settled(bus, audit, seq, action, reason) for seq in seqs]
    finally:
        await audit.close()


async def _settled(bus: Bus, audit: AuditLog, seq: int, action: AuditAction, reason: str) -> Settled:
    try:
        letter = await dead.letter(bus.connection, seq)
        found = match(letter.subject)
        tenant = found[1].get("tenant", NO_TENANT) if found else NO_TENANT
        deed = Deed(action, tenant, getpass.getuser(), reason, f"{seq}: {letter.subject}")
        if action == "dead-redriven":
            subject = await dead.redrive(bus.connection, seq)
            await audit.record(deed)
            return Settled(seq, subject=subject)
        await audit.record(deed)
        await bus.remove(dead.DEAD_STREAM, seq)
        return Settled(seq)
    except InquestError as error:
        return Settled(seq, error=str(error))


def _tell(rows: list[Settled], done: str, *, as_json: bool) -> None:
    left = [row for row in rows if row.error]
    if as_json:
        echo_json([asdict(row) for row in rows])
    else:
        for row in rows:
            where = f" on {row.subject}" if row.subject else ""
            typer.echo(row.error or f"{row.seq}: {done}{where}", err=bool(row.error))
        typer.echo(f"{len(rows) - len(left)} {done}, {len(left)} left")
    raise typer.Exit(1 if left else 0)


async def _connected(nats_url: str | None, work: Callable[[Bus], Awaitable[ResultT]]) -> ResultT:
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    try:
        return await work(bus)
    finally:
        await bus.close()
