"""Keeps the embedded nats-server up: starts it again when it ends, and when it can no longer write."""

import asyncio
from collections.abc import Callable

import typer

from inquest.bus.server import NatsServer, ServerFailed
from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger

RESTARTS_MAX = 10
RESTART_DELAY_S = 2.0
CHECK_S = 3.0
FREE_BYTES_MIN = 16 * 1024 * 1024


async def keep_server(server: NatsServer, stopping: Callable[[], bool]) -> None:
    """Run until `stopping()`; store and port stay the same, so nothing is lost. Raises InquestError at the limit."""
    watching = asyncio.create_task(_watch(server))
    try:
        await _restart(server, stopping)
    finally:
        watching.cancel()


async def _restart(server: NatsServer, stopping: Callable[[], bool]) -> None:
    reason = ""
    for number in range(1, RESTARTS_MAX + 1):
        status = await server.wait()
        if stopping():
            return
        get_logger("cli").error("nats_server_ended", status=status, restart=number)
        try:
            await server.start()
        except ServerFailed as error:
            reason = f": {error}"
            get_logger("cli").error("nats_server_failed", error=str(error), restart=number)
            await asyncio.sleep(RESTART_DELAY_S)
    raise InquestError(f"nats-server ended {RESTARTS_MAX} times{reason}; see {server.log_file}")


async def _watch(server: NatsServer) -> None:
    """After a failed write nats-server refuses that stream until it is started again, however much space there is.

    Two checks in a row have to find it ill: on a slow disk a stream that is just being made looks lost for a moment.
    """
    told: str | None = None
    was_ill = False
    while True:
        await asyncio.sleep(CHECK_S)
        reason = await server.unhealthy()
        if reason is None or not was_ill:
            told, was_ill = None, reason is not None
            continue
        has_room = server.free_bytes >= FREE_BYTES_MIN
        if reason != told:
            get_logger("cli").error("nats_server_unhealthy", reason=reason)
            what = "it is started again" if has_room else "free disk space, it is started again then"
            typer.echo(f"inquest: nats-server cannot write ({reason}); {what}", err=True)
        told = reason
        if has_room:
            was_ill = False
            server.terminate()
