"""A service with all its doors inside a test's process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from inquest.runtime.host import Build, Host
from inquest.runtime.settings import SettingsT


@asynccontextmanager
async def hosted(name: str, build: Build[SettingsT], settings: SettingsT) -> AsyncIterator[Host[SettingsT]]:
    """Run a service while inside, as its own process would."""
    host = Host(name, build, settings)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()
