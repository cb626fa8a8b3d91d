"""The one entry point of all services: `run(build, Settings)`."""

import asyncio
import gc
import signal
import sys

import uvloop

from inquest.contracts.errors import InquestError
from inquest.runtime.host import Build, Host
from inquest.runtime.settings import SettingsT, read_settings
from inquest.telemetry import logs, traces

EXIT_SETTINGS = 2
EXIT_FAILED = 1


def run(build: Build[SettingsT], settings_class: type[SettingsT]) -> None:
    """Run one service until SIGTERM or SIGINT; exits non-zero when a setting is wrong or a part fails."""
    try:
        settings = read_settings(settings_class)
    except InquestError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_SETTINGS)
    name = build.__module__.split(".")[1]
    logs.configure(settings.log_level)
    traces.configure(name, settings.otlp_endpoint)
    try:
        uvloop.run(_serve(name, build, settings))  # half as much again per second as with asyncio's own loop
    except InquestError as error:
        logs.get_logger(name).error("service_failed", error=str(error))
        sys.exit(EXIT_FAILED)


async def _serve(name: str, build: Build[SettingsT], settings: SettingsT) -> None:
    host = Host(name, build, settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await host.start()
    # What start-up made stays. Each full collection would look at all of it again, and hold up every request for 30 ms.
    gc.collect()
    gc.freeze()
    stopping = asyncio.create_task(stop.wait())
    failing = asyncio.create_task(host.failed())
    try:
        await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            raise InquestError(f"a part of {name} ended: {first_cause(failing.result())}")
    finally:
        stopping.cancel()
        failing.cancel()
        await host.stop()


def first_cause(error: BaseException | None) -> str:
    """Return the first real error inside nested groups, as one line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}" if error else "it returned"
