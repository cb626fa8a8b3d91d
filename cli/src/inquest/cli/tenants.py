"""`inquest tenant add|list|remove`: who outside may publish deliveries on the bus, for which tenant."""

import asyncio
import getpass
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import typer

from inquest.audit import AuditLog, Deed
from inquest.bus import doorsteps
from inquest.bus.bus import Bus
from inquest.bus.users import Producer, UsersFile, new_password, write_private
from inquest.cli.operator_bus import operator_bus, tls_files
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import AuditAction

DATA_DIR = Path("var")
MIB = 1024**2
OPEN_TRIES_MAX = 25
OPEN_WAIT_S = 0.2
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Where:
    """The bus, and the file with its users; None is the system that `inquest up` runs here."""

    nats_url: str | None = None
    users_file: Path | None = None

    @property
    def users(self) -> UsersFile:
        """The file with the users."""
        return UsersFile(self.users_file or DATA_DIR / "nats" / "users.conf")


def add(wanted: Producer, mib: int, where: Where, credentials: Path | None, *, rotate: bool, as_json: bool) -> None:
    """Let somebody publish deliveries of a tenant; twice is no harm. Prints what they log in with, once."""
    present = where.users.producers()
    known = next((one for one in present if one.user == wanted.user), None)
    made = replace(wanted, password=new_password() if known is None or rotate else known.password)

    async def work(bus: Bus) -> None:
        is_new = await doorsteps.open_doorstep(bus.connection, made.tenant, mib * MIB)
        if made != known:
            where.users.change([*(one for one in present if one.user != made.user), made])
        if made != known or is_new:
            await _record(bus, "producer-added", made.tenant, f"{made.user}: {', '.join(made.sources) or 'any source'}")

    run(_connected(where.nats_url, work))
    told = run(_opened(made, where))
    is_told = known is None or rotate
    fields = _credentials(made, where) if is_told else {"user": made.user}
    if credentials is not None and is_told:
        write_private(credentials, "".join(f"{name}={value}\n" for name, value in fields.items()))
    if as_json:
        echo_json({**fields, "users": str(where.users.path), "reload": told})
        return
    typer.echo(f"{made.user} may publish to {', '.join(made.permissions()['publish']['allow'])}")
    typer.echo(f"users: {where.users.path}: {told}")
    if credentials is not None and is_told:
        typer.echo(f"credentials: {credentials}, readable by you alone")
    elif is_told:
        typer.echo("\n".join(f"{name:<12} {value}" for name, value in fields.items()))
        typer.echo("the password is not shown again; --rotate makes another")


def list_tenants(where: Where, *, as_json: bool) -> None:
    """Print the tenants that have producers, those producers, and what waits to be taken in."""

    async def work(bus: Bus) -> list[doorsteps.DoorstepUse]:
        return [await doorsteps.use(bus.connection, one) for one in sorted(await doorsteps.tenants(bus.connection))]

    found = run(_connected(where.nats_url, work))
    producers = where.users.producers()
    rows = [
        {**asdict(one), "producers": [each.user for each in producers if each.tenant == one.tenant]} for one in found
    ]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        full = f"{row['messages']} waiting, {row['size_bytes'] / MIB:.1f} of {row['bytes_max'] / MIB:.0f} MiB"
        typer.echo(f"{row['tenant']:<24} {full:<36} {', '.join(row['producers']) or 'no producers'}")
    if not rows:
        typer.echo("no tenant has producers")


def remove(tenant: str, producer: str | None, where: Where, *, force: bool, as_json: bool) -> None:
    """Take the right to publish from one producer, or from all of a tenant; then their stream goes too."""
    present = where.users.producers()
    gone = [one for one in present if one.tenant == tenant and producer in (None, one.name)]
    left = [one for one in present if one not in gone]
    if producer is not None and not gone:
        raise InquestError(f"tenant {tenant} has no producer {producer}; `inquest tenant list` shows those there are")

    async def work(bus: Bus) -> int:
        if gone:
            where.users.change(left)
            _reload(where)  # before their stream goes: what they send meanwhile would be refused without a reason
        waiting = 0
        if not any(one.tenant == tenant for one in left):
            waiting = await doorsteps.close_doorstep(bus.connection, tenant, although_full=force)
        await _record(bus, "producer-removed", tenant, ", ".join(one.user for one in gone) or "the stream")
        return waiting

    waiting = run(_connected(where.nats_url, work))
    if as_json:
        echo_json({"removed": [one.user for one in gone], "waiting": waiting})
        return
    typer.echo(f"removed: {', '.join(one.user for one in gone) or 'nobody'}")
    if waiting:
        typer.echo(f"{waiting} deliveries wait to be taken in: run it again when they are, or --force gives them up")
        raise typer.Exit(1)


def _credentials(one: Producer, where: Where) -> dict[str, str]:
    return {
        "url": local_nats(DATA_DIR, where.nats_url).rpartition("@")[2].removeprefix("nats://"),
        "user": one.user,
        "password": one.password,
        "inbox_prefix": one.inbox,
    }


async def _opened(one: Producer, where: Where) -> str:
    """Have nats-server read its users until this one can publish; on another machine, say how. Raises InquestError.

    nats-server 2.15 knows what a new account imports only when it reads it for a second time.
    """
    url = local_nats(DATA_DIR, where.nats_url)
    for _ in range(OPEN_TRIES_MAX):
        if await doorsteps.is_open(url, one, tls_files()):
            return "it can publish now"
        if not _reload(where):
            return "have every nats-server read it, twice: `nats-server --signal reload=<its pid file>`"
        await asyncio.sleep(OPEN_WAIT_S)
    raise InquestError(f"{one.user} is in {where.users.path}, and nats-server does not let it in; see its log")


def _reload(where: Where) -> bool:
    """Have the server of this machine read its users again; returns whether there is one."""
    if where.users_file is None:
        with suppress(OSError, ValueError):
            os.kill(int((DATA_DIR / "nats" / "nats-server.pid").read_text()), signal.SIGHUP)
            return True
    return False


async def _record(bus: Bus, action: AuditAction, tenant: str, about: str) -> None:
    audit = AuditLog(bus, "cli")
    try:
        await audit.record(Deed(action, tenant, getpass.getuser(), about=about))
    finally:
        await audit.close()


async def _connected(nats_url: str | None, work: Callable[[Bus], Awaitable[ResultT]]) -> ResultT:
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    try:
        return await work(bus)
    finally:
        await bus.close()
