"""What the tests of the notifier's channels share."""

import asyncio

import pytest_asyncio
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.pace import Pace
from inquest.notifier.adapters.senders import Senders
from inquest.testkit.backends import Backend
from inquest.testkit.notices import AT


@pytest_asyncio.fixture
async def backend():
    async with Backend().listening() as backend:
        yield backend


@pytest_asyncio.fixture
async def senders(backend):
    secrets = {"env:TOKEN": "t0ken", "env:ROUTING": "r0uting", "env:HOOK": f"{backend.url}/hook/s3cret"}
    made = Senders(lambda: AT, credentials=Credentials(secrets.__getitem__), pace=Pace(sleep=_at_once))
    yield made
    await made.close()


async def _at_once(seconds: float) -> None:
    await asyncio.sleep(0)  # how requests are paced has tests of its own
