"""A server as a process of ours: an argument list, an environment of its own, bounded lines, ends when we end."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from inquest.bus.tied import tied_to_parent
from inquest.config.kinds.mcp import McpStdio
from inquest.gateway.adapters.http_auth import secret
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.mcp.session import answer_to, result_of
from inquest.gateway.ports import Context
from inquest.telemetry.logs import get_logger

_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
_DELAY_S, _DELAY_S_MAX = 0.5, 60.0
_END_S = 2.0
_THREAD_BYTES = 64 * 1024
_SAID_BYTES = 500

log = get_logger("gateway")


class StdioChannel:
    """Starts the process when it is first needed; one that ended is started again, later each time."""

    def __init__(self, settings: McpStdio) -> None:
        self._settings = settings
        self.opened = 0
        self.stale = False
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: dict[int, tuple[asyncio.Future[Any], Context]] = {}
        self._last = 0
        self._failures = 0
        self._not_before_s = 0.0
        self._used_s = 0.0
        self._said = b""

    async def open(self, context: Context) -> None:
        """See Channel."""
        self._used_s = time.monotonic()
        if self._process is not None:
            return
        wait_s = self._not_before_s - time.monotonic()
        if wait_s > 0:
            raise ProviderError("unreachable", f"{self._why()}; it is started again in {wait_s:.1f} s")
        self._failures += 1  # until a call was answered
        delay_s = min(_DELAY_S_MAX, _DELAY_S * 2 ** (self._failures - 1)) if self._failures > 1 else 0.0
        self._not_before_s = time.monotonic() + delay_s
        argv = self._settings.command
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {**self._settings.variables, **{n: secret(ref) for n, ref in self._settings.environment.items()}}
        try:
            async with asyncio.timeout(max(context.left_s(), 0.0)):
                self._process = await asyncio.create_subprocess_exec(
                    *argv,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    env=environment,
                    cwd=self._settings.directory,
                    limit=self._settings.line_bytes_max,
                    start_new_session=True,
                    preexec_fn=tied_to_parent(),
                )
        except OSError as error:
            raise ProviderError("unreachable", f"{argv[0]} cannot be started: {error.strerror or error}") from error
        except TimeoutError as error:
            raise ProviderError("timeout", f"{argv[0]} was not started in time") from error
        self.opened += 1
        self._said = b""
        self._tasks = [asyncio.create_task(one) for one in (self._read(self._process), self._idle(self._process))]

    async def request(self, method: str, params: Mapping[str, Any], context: Context) -> Any:
        """See Channel."""
        if context.left_s() <= 0:  # some servers do not outlive a request that is taken back in the same breath
            raise ProviderError("timeout", f"{self._settings.command[0]}: no time is left for {method}")
        self._last += 1
        number = self._last
        waits: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (waits, context)
        try:
            async with asyncio.timeout(max(context.left_s(), 0.0)):
                await self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
                message = await waits
        except TimeoutError as error:
            with suppress(ProviderError):  # only to spare the server the work
                cancelled = {"requestId": number, "reason": "no time left"}
                await self._send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
            raise ProviderError("timeout", f"{self._settings.command[0]}: no answer to {method} in time") from error
        finally:
            self._waiting.pop(number, None)
            self._used_s = time.monotonic()
        if method == "tools/call":
            self._failures = 0
        return result_of(message)

    async def notify(self, method: str, context: Context) -> None:
        """See Channel."""
        del context
        await self._send({"jsonrpc": "2.0", "method": method})

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise ProviderError("unreachable", self._why())
        try:
            self._process.stdin.write(orjson.dumps(message) + b"\n")
            await self._process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise ProviderError("unreachable", self._why()) from error

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        errors = asyncio.create_task(self._listen(process))
        failure = ProviderError("unreachable", "")
        try:
            while line := await process.stdout.readline():
                await self._take(line)
        except ValueError:
            text = f"the server answers with more than {self._settings.line_bytes_max} bytes in one line"
            failure = ProviderError("malformed", text)
        finally:
            errors.cancel()
            await asyncio.shield(self._end(process, failure))

    async def _take(self, line: bytes) -> None:
        try:
            message = await asyncio.to_thread(orjson.loads, line) if len(line) > _THREAD_BYTES else orjson.loads(line)
        except orjson.JSONDecodeError:
            return  # some servers print greetings; nobody waits for those
        if not isinstance(message, dict):
            return
        if "method" in message:
            self.stale |= message["method"] == "notifications/tools/list_changed"
            if "id" in message:
                with suppress(ProviderError):
                    await self._send(answer_to(message))
            return
        waits, context = self._waiting.get(message.get("id", 0), (None, None))
        if waits is None or context is None or waits.done():
            return
        try:
            context.spend(len(line))
        except ProviderError as error:
            waits.set_exception(error)
        else:
            waits.set_result(message)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Keep the last of what it writes to stderr: it says why it ended."""
        assert process.stderr is not None
        while part := await process.stderr.read(4096):
            self._said = (self._said + part)[-_SAID_BYTES:]

    async def _idle(self, process: asyncio.subprocess.Process) -> None:
        """End a process that nobody has used for long: its configuration is gone."""
        idle_s = self._settings.idle_s
        while (left_s := self._used_s + idle_s - time.monotonic()) > 0 or self._waiting:  # noqa: ASYNC110 - time is awaited
            await asyncio.sleep(max(left_s, 0.1))
        self._failures = 0
        self._not_before_s = 0.0
        _signal(process, signal.SIGTERM)

    async def _end(self, process: asyncio.subprocess.Process, failure: ProviderError) -> None:
        if self._process is process:
            self._process = None
        _signal(process, signal.SIGTERM)
        try:
            async with asyncio.timeout(_END_S):
                await process.wait()
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            await process.wait()
        _signal(process, signal.SIGKILL)  # what it started is of its group
        reason = str(failure) or self._why()
        log.info("mcp_server_ended", program=self._settings.command[0], status=process.returncode)
        for waits, _ in self._waiting.values():
            if not waits.done():
                waits.set_exception(ProviderError(failure.kind, reason))

    async def aclose(self) -> None:
        """See Channel."""
        process = self._process
        if process is None:
            return
        reading, idling = self._tasks
        idling.cancel()
        _signal(process, signal.SIGTERM)
        if not (await asyncio.wait([reading], timeout=_END_S))[0]:
            _signal(process, signal.SIGKILL)
            await asyncio.wait([reading])

    def _why(self) -> str:
        said = " ".join(self._said.decode(errors="replace").split())
        return f"{self._settings.command[0]} has ended" + (f"; it said: {said}" if said else "")


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
