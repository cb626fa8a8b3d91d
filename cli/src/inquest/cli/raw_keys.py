"""`inquest raw-keys new|rotate|list|retire`: the keys that raw deliveries are sealed under (docs/raw-data.md)."""

import getpass
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import typer

from inquest.audit import AuditLog, Deed
from inquest.bus.bus import Bus
from inquest.bus.raw_keys import Use, uses
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.config import ConfigStore
from inquest.config.keyring import RAW_KEYS_FILE, Keyring, begin_in, write
from inquest.config.secrets import resolve
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.topology import CONFIG
from inquest.contracts.v1.controls import NO_TENANT

REF = "INQUEST_RAW_KEYS_REF"
NO_KEY = "none"
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Line:
    """One key, and what still needs it."""

    key_id: str
    current: bool
    made_at: datetime | None
    deliveries: int
    needed_until: datetime | None


def provide(data_dir: Path) -> None:
    """Make the keyring of an embedded run, where none is there and none is named."""
    if not os.environ.get(REF):
        begin_in(data_dir, datetime.now(UTC))


def new(path: Path | None, data_dir: Path) -> None:
    """Write a keyring with one key."""
    target = path or data_dir / RAW_KEYS_FILE
    ring = Keyring.begin(datetime.now(UTC))
    try:
        write(target, ring, fresh=True)
    except FileExistsError:
        raise InquestError(f"{target} exists: `inquest raw-keys rotate` adds a key to it") from None
    typer.echo(f"wrote {target} with key {ring.current}")
    typer.echo(f"keep a copy apart from your backups; give intake {REF}=file:{target.resolve()}")


def rotate(path: Path | None, data_dir: Path, nats_url: str | None, reason: str) -> None:
    """Add a key and seal under it from now on."""
    target, ring = _at(path, data_dir)
    fresh = ring.rotated(datetime.now(UTC))
    run(_recorded(data_dir, nats_url, Deed("raw-keys-rotated", NO_TENANT, getpass.getuser(), reason, fresh.current)))
    write(target, fresh)
    typer.echo(f"{fresh.current} is the current key; {len(ring.keys)} older ones still open what they sealed")


def list_keys(path: Path | None, data_dir: Path, nats_url: str | None, *, as_json: bool) -> None:
    """Print the keys, what each still opens, and until when."""
    _, ring = _at(path, data_dir)
    lines = run(_with_bus(data_dir, nats_url, lambda bus: _lines(bus, ring)))
    if as_json:
        echo_json([asdict(line) for line in lines])
        return
    for line in lines:
        made = f"{line.made_at:%Y-%m-%d %H:%M}Z" if line.made_at else "MISSING: what it sealed does not open"
        until = f", until {line.needed_until:%Y-%m-%d %H:%M}Z" if line.needed_until else ""
        typer.echo(f"{line.key_id}  {'current' if line.current else '       '}  {made}  {line.deliveries} kept{until}")


def retire(key_id: str, path: Path | None, data_dir: Path, nats_url: str | None, reason: str) -> None:
    """Remove a key that nothing needs any more; refused, and recorded, while something does."""
    target, ring = _at(path, data_dir)
    rest = ring.without(key_id)

    async def checked(bus: Bus) -> str:
        line = next(line for line in await _lines(bus, ring) if line.key_id == key_id)
        deed = Deed("raw-key-retired", NO_TENANT, getpass.getuser(), reason, key_id)
        if line.deliveries:
            until = f"{line.needed_until:%Y-%m-%d %H:%M}Z" if line.needed_until else "they are gone"
            why = f"{line.deliveries} deliveries are kept under {key_id}: it is needed until {until}"
            deed = Deed(deed.action, deed.tenant, deed.by, why, key_id, outcome="refused")
        await _record(bus, deed)
        return deed.reason if deed.outcome == "refused" else ""

    if refused := run(_with_bus(data_dir, nats_url, checked)):
        raise InquestError(refused)
    write(target, rest)
    typer.echo(f"{key_id} is retired; {len(rest.keys)} left")


def _at(path: Path | None, data_dir: Path) -> tuple[Path, Keyring]:
    """Return the keyring's file, and what it holds."""
    ref = os.environ.get(REF, "")
    if path is None and ref.startswith("env:"):
        raise Impossible(f"{REF} is {ref}: a command cannot change that; give --keyring, then set the variable to it")
    if path is None and ref == NO_KEY:
        raise Impossible(f"{REF} is none: raw deliveries are kept unencrypted, and there are no keys")
    target = path or (Path(ref.removeprefix("file:")) if ref else data_dir / RAW_KEYS_FILE)
    return target, Keyring.parse(resolve(f"file:{target.resolve()}"))


async def _lines(bus: Bus, ring: Keyring) -> list[Line]:
    days = (await ConfigStore(bus.kv(CONFIG)).current()).config.retention.ingest_days
    found = await uses(bus)
    found.pop(NO_KEY, None)
    return [
        _line(key_id, ring, found.get(key_id), timedelta(days=days))
        for key_id in sorted({*ring.keys, *found}, key=lambda one: _made(ring, one))
    ]


def _made(ring: Keyring, key_id: str) -> float:
    key = ring.keys.get(key_id)
    return key.made_at.timestamp() if key else 0.0


def _line(key_id: str, ring: Keyring, use: Use | None, kept: timedelta) -> Line:
    key = ring.keys.get(key_id)
    return Line(
        key_id=key_id,
        current=key_id == ring.current,
        made_at=key.made_at if key else None,
        deliveries=use.deliveries if use else 0,
        needed_until=use.newest_at + kept if use else None,
    )


async def _recorded(data_dir: Path, nats_url: str | None, deed: Deed) -> None:
    await _with_bus(data_dir, nats_url, lambda bus: _record(bus, deed))


async def _record(bus: Bus, deed: Deed) -> None:
    audit = AuditLog(bus, "cli")
    await audit.record(deed)
    await audit.close()


async def _with_bus(data_dir: Path, nats_url: str | None, work: Callable[[Bus], Awaitable[ResultT]]) -> ResultT:
    bus = operator_bus(local_nats(data_dir, nats_url), data_dir)
    await bus.connect(CONNECT_S_MAX)
    try:
        return await work(bus)
    finally:
        await bus.close()
