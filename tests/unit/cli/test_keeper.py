import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from inquest.bus.server import NatsServer, ServerFailed
from inquest.cli import keeper
from inquest.cli.keeper import FREE_BYTES_MIN, RESTARTS_MAX, keep_server
from inquest.contracts.errors import InquestError
from inquest.testkit.fixtures import until


class Server:
    """A server that ends when told to, and has a disk."""

    def __init__(self, free_bytes: int = FREE_BYTES_MIN) -> None:
        self.log_file = Path("nats-server.log")
        self.free_bytes = free_bytes
        self.reason: str | None = None
        self.reasons: list[str | None] = []
        self.starts = 0
        self.failures = 0
        self.asked = 0
        self.ended = asyncio.Event()

    async def wait(self) -> int:
        await self.ended.wait()
        return 9

    async def start(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ServerFailed("no space")
        self.starts += 1
        self.reason = None
        self.ended.clear()

    async def unhealthy(self) -> str | None:
        self.asked += 1
        return self.reasons.pop(0) if self.reasons else self.reason

    def terminate(self) -> None:
        self.ended.set()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "CHECK_S", 0.001)
    monkeypatch.setattr(keeper, "RESTART_DELAY_S", 0.001)


def keeping(server: Server, stopping: bool = False) -> "asyncio.Task[None]":
    return asyncio.create_task(keep_server(cast("Any", server), lambda: stopping))


async def test_a_server_that_ended_is_started_again_however_often_that_fails_first() -> None:
    server = Server()
    server.failures = 2
    server.ended.set()
    task = keeping(server)
    await until(lambda: _true(server.starts == 1))
    task.cancel()


async def test_a_server_that_cannot_write_waits_for_space_and_is_then_started_again() -> None:
    server = Server(free_bytes=0)
    server.reason = "no space left on device"
    task = keeping(server)
    await until(lambda: _true(server.asked > 3))
    assert not server.ended.is_set()
    server.free_bytes = FREE_BYTES_MIN
    await until(lambda: _true(server.starts == 1))
    task.cancel()


async def test_a_server_that_looks_ill_for_a_moment_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    server = Server()
    server.reasons = ["stream could not be recovered", None, "stream could not be recovered", None]
    task = keeping(server)
    await until(lambda: _true(server.asked > 6))
    assert server.starts == 0
    task.cancel()
    assert "cannot write" not in capsys.readouterr().err


async def test_who_has_room_is_not_told_to_free_some(capsys: pytest.CaptureFixture[str]) -> None:
    server = Server()
    server.reason = "stream could not be recovered"
    task = keeping(server)
    await until(lambda: _true(server.starts == 1))
    task.cancel()
    said = capsys.readouterr().err
    assert "it is started again" in said
    assert "free disk space" not in said


async def test_it_gives_up_in_the_end_and_says_why() -> None:
    server = Server()
    server.failures = RESTARTS_MAX
    server.ended.set()
    with pytest.raises(InquestError, match="no space"):
        await keeping(server)


async def test_a_server_that_should_end_is_left_alone() -> None:
    server = Server()
    server.ended.set()
    await keeping(server, stopping=True)
    assert server.starts == 0


async def test_one_store_has_one_server(tmp_path: Path) -> None:
    first, second = NatsServer(tmp_path), NatsServer(tmp_path)
    await first.start()
    try:
        with pytest.raises(ServerFailed, match=f"in use by another nats-server, process {first.pid}"):
            await second.start()
        assert await first.unhealthy() is None
    finally:
        await first.stop()
    await second.start()
    await second.stop()


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerFailed, match="choose another folder"):
        await NatsServer(tmp_path / "file" / "nats").start()


async def _true(value: bool) -> bool:
    return value
