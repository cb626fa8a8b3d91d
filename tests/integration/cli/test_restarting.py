"""One process per service: what is killed is started again, whenever that happens, and ten times at most."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from inquest.cli import processes
from inquest.cli.keeper import RESTARTS_MAX
from inquest.cli.processes import ProcessSystem
from inquest.config import Config
from inquest.contracts.errors import InquestError
from inquest.testkit.fixtures import until

pytestmark = pytest.mark.timeout(300)
NAME = "gateway"
UP_S_MAX = 120.0  # a busy machine


@pytest.fixture
async def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProcessSystem]:
    """A bus and the gateway, which is not started yet."""
    monkeypatch.setattr(processes, "START_ORDER", (NAME,))
    monkeypatch.setattr(processes, "RESTART_DELAY_S", 0.01)
    made = ProcessSystem(tmp_path / "var", Config())
    yield made
    await made.stop()


def pid(system: ProcessSystem) -> int:
    return system.processes[NAME].pid if NAME in system.processes else 0


def is_up(system: ProcessSystem) -> bool:
    return (system.data_dir / "run" / f"{NAME}.json").exists() and system.processes[NAME].returncode is None


async def another(system: ProcessSystem, old: int) -> int:
    await until(lambda: pid(system) != old, UP_S_MAX)
    return pid(system)


async def kill_and_await_another(system: ProcessSystem) -> int:
    old = pid(system)
    os.kill(old, signal.SIGKILL)
    return await another(system, old)


@pytest.mark.slow
async def test_killed_while_it_starts_again_it_is_started_once_more_ten_times_at_most(system: ProcessSystem) -> None:
    async with system:
        supervising = asyncio.create_task(system.supervise())
        for _ in range(3):
            await kill_and_await_another(system)
            assert not is_up(system)  # the next kill hits it before it wrote its address
        await until(lambda: is_up(system), UP_S_MAX)
        async with httpx.AsyncClient() as http:  # it is where it was
            assert (await http.get(f"{system.url(NAME)}/livez")).status_code == 200
        for _ in range(3, RESTARTS_MAX):
            await kill_and_await_another(system)
        assert not supervising.done()
        os.kill(pid(system), signal.SIGKILL)
        with pytest.raises(InquestError, match=f"{NAME} ended 11 times; its log .* ends with"):
            await supervising


@pytest.mark.slow
async def test_a_slow_restart_is_waited_for_and_told(
    system: ProcessSystem, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with system:
        supervising = asyncio.create_task(system.supervise())
        monkeypatch.setattr(processes, "START_S_MAX", 0.01)  # what counts at the first start alone
        monkeypatch.setattr(processes, "TELL_S", 0.05)
        slow = await kill_and_await_another(system)
        os.kill(slow, signal.SIGSTOP)
        said: list[str] = []
        await until(lambda: said.append(capsys.readouterr().err) or "still starting, after" in "".join(said))
        os.kill(slow, signal.SIGCONT)
        await until(lambda: is_up(system), UP_S_MAX)
        assert pid(system) == slow
        assert not supervising.done()
        supervising.cancel()


@pytest.mark.slow
async def test_killed_during_its_first_start_it_is_started_again(system: ProcessSystem) -> None:
    starting = asyncio.create_task(system.__aenter__())
    await another(system, 0)
    await kill_and_await_another(system)
    await starting
    assert is_up(system)


async def test_a_first_start_that_takes_too_long_is_given_up_and_leaves_nothing(
    system: ProcessSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "START_S_MAX", 0.01)
    with pytest.raises(InquestError, match=f"{NAME} did not start in 0 s; its log"):
        await system.__aenter__()
    with suppress(ProcessLookupError):
        os.kill(pid(system), 0)
        pytest.fail("it runs on")


@pytest.mark.slow
async def test_what_says_why_it_cannot_start_is_not_started_again(
    system: ProcessSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INQUEST_GATEWAY_LEASE_S", "-1")
    with pytest.raises(InquestError, match=r"gateway ended with status 2; .*INQUEST_GATEWAY_LEASE_S"):
        await system.__aenter__()


@pytest.mark.slow
async def test_a_restart_for_which_there_is_no_room_is_tried_again(
    system: ProcessSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "RESTART_DELAY_S", 0.3)
    async with system:
        log = system.data_dir / f"{NAME}.log"
        kept = log.rename(log.with_suffix(".kept"))
        log.mkdir()  # it cannot be opened for writing now
        os.kill(pid(system), signal.SIGKILL)
        await until(lambda: system._restarts[NAME] >= 2, UP_S_MAX)
        log.rmdir()
        await until(lambda: is_up(system), UP_S_MAX)
        assert kept.exists()
