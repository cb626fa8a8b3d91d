"""Answers as the sources of an earlier investigation did, from a folder that `inquest recording export` wrote.

The same question has the same answer. Another question is answered from all that was read then, and says so.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from inquest.config.kinds.recording import RecordingProvider as Config
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DataSourceInterfaceContract, Domain, DomainRequest, ToolCall
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.recording_folder import Recording, open_recording, question
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.recorded import answered
from inquest.gateway.ports import Context, ProviderError

ResultT = TypeVar("ResultT")


class RecordingProvider:
    """One recording. Files are read in the executor's threads, anew for each call: a folder may be replaced."""

    def __init__(self, config: Config, executor: Executor) -> None:
        self._config = config
        self._path = config.settings.path
        self._executor = executor

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="the folder is there", cost="free")

    async def probe(self) -> None:
        """See Provider."""
        await self._in_thread(self._open)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if context.domain not in self._config.domains:
            raise ProviderError("unsupported", f"this recording does not serve {context.domain}")
        return await self._in_thread(lambda: self._read(context.domain, request))

    async def _in_thread(self, work: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except Impossible as error:
            raise ProviderError("malformed", str(error)) from error

    def _open(self) -> Recording:
        if not self._path.is_dir():
            raise ProviderError("not-found", f"{self._path}: no such recording")
        return open_recording(self._path)

    def _read(self, domain: Domain, request: DomainRequest) -> Fetched:
        recording = self._open()
        same = recording.of_question.get(question(domain, request))
        if same is not None:
            return _as_then(recording, same)
        calls = recording.answered(domain)
        if not calls:
            raise ProviderError("unsupported", f"nothing of {domain} was read when this was recorded")
        response = answered(domain, [recording.response(one) for one in calls], request)
        asked = f"{len(calls)} recorded answers of {domain} in {self._path.name}"
        return Fetched(response, asked, (), f"this was not asked when it was recorded: taken from {asked}")


def _as_then(recording: Recording, call: ToolCall) -> Fetched:
    """Return what the same question was answered. That nothing came is known for good: nobody need ask again."""
    if not call.payload_sha256:
        raise ProviderError("unsupported", f"when this was recorded: {call.status}: {call.reason or 'no reason given'}")
    asked = f"{call.query_text or call.domain} (as {call.provider or 'it was'} answered on {call.called_at:%Y-%m-%d})"
    return Fetched(recording.response(call), asked, (), call.reason if call.status == "degraded" else "")


def build(config: Config, kit: Kit) -> RecordingProvider:
    """See Build."""
    return RecordingProvider(config, kit.executor)
