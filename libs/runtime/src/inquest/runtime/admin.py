"""What every service answers about itself, and what it can be told. Every change and every refusal is in the audit."""

import json
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from inquest.audit import AuditLog, Deed
from inquest.bus.bus import Bus
from inquest.config import ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.latest import (
    AuditAction,
    LettersAsked,
    LettersFound,
    LettersRedrive,
    LettersSettled,
)
from inquest.contracts.topology import CONFIG, consumers_of
from inquest.contracts.v1.controls import NO_TENANT
from inquest.identity import Principal
from inquest.runtime.duty import Drained, Duty
from inquest.runtime.loglevel import PROCESS
from inquest.runtime.masking import masked, masked_setting
from inquest.runtime.settings import ServiceSettings

REASON_CHARS_MAX = 500
DRAIN_S_MAX = 600.0
REDRIVES_MAX = 200
LETTERS_MAX = 1_000
ASK_S_MAX = 60.0  # of the api, for letters: sending 200 again takes a while


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from where."""

    who: Principal
    peer: str


class Admin:
    """The operations on one service. Each needs `service.admin`, which is about every tenant: so is a process."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        bus: Bus,
        duty: Duty,
        audit: AuditLog,
        unready: Callable[[], Awaitable[dict[str, str]]],
    ) -> None:
        self.service = service
        self.version = version("inquest-runtime")
        self.pid = os.getpid()
        self.host = socket.gethostname()
        self.started_at = datetime.now(UTC)
        self.duty = duty
        self.bus = bus
        self.level = PROCESS
        self.unready = unready
        self._settings = settings
        self._audit = audit
        self._store = ConfigStore(bus.kv(CONFIG))

    def look(self, caller: Caller) -> None:
        """Let somebody see the service. Raises Forbidden, as all of them do."""
        caller.who.needs("service.admin")

    async def drain(self, caller: Caller, reason: str, limit_s: float | None) -> Drained:
        """Take no new work; finish, or hand back after `limit_s` seconds, what there is."""
        caller.who.needs("service.admin")
        limit = self._settings.drain_s if limit_s is None else limit_s
        if not 0 <= limit <= DRAIN_S_MAX:
            raise Impossible(f"limit_s: between 0 and {DRAIN_S_MAX:.0f}")
        await self._record("service-drained", caller, reason)
        return await self.duty.drain(caller.who.name, reason[:REASON_CHARS_MAX], limit)

    async def resume(self, caller: Caller, reason: str) -> None:
        """Take work again."""
        caller.who.needs("service.admin")
        await self._record("service-resumed", caller, reason)
        await self.duty.resume(caller.who.name, reason[:REASON_CHARS_MAX])

    async def set_level(self, caller: Caller, level: str, duration_s: float | None, reason: str) -> str:
        """Change how much the process logs; returns the level before. Raises Impossible."""
        caller.who.needs("service.admin")
        previous = self.level.level
        self.level.set(level, duration_s)
        lasting = f"{level.upper()} for {duration_s:g} s" if duration_s else level.upper()
        await self._record("log-level-set", caller, f"{lasting} {reason}".strip())
        return previous

    async def settings(self, caller: Caller) -> tuple[dict[str, str], int, str]:
        """Return the settings by environment variable, the revision of inquest.yaml, and that as JSON, all masked."""
        caller.who.needs("service.admin")
        revision = await self._store.current()
        await self._record("settings-read", caller, "")
        prefix = str(self._settings.model_config.get("env_prefix", ""))
        values = {f"{prefix}{name}".upper(): masked_setting(name, value) for name, value in self._settings}
        return values, revision.number, json.dumps(masked(revision.config.model_dump(mode="json")), ensure_ascii=False)

    async def revision(self) -> int:
        """Return the number of the applied configuration; 0 where none is, or the bus does not say."""
        try:
            return (await self._store.current()).number
        except InquestError:
            return 0

    async def letters(self, caller: Caller, tenant: str | None, limit: int) -> LettersFound:
        """Return what this service's consumers gave up, newest first. The api keeps dead letters: it is asked."""
        asked = LettersAsked(tenant=self._whose(caller, tenant), service=self.service, limit=_limit(limit))
        if not consumers_of(self.service):
            return LettersFound()
        found: LettersFound = await self.bus.request(
            s.LETTERS_LIST, asked, timeout_s=ASK_S_MAX, tenant=asked.tenant, service=self.service
        )
        return found

    async def redrive(
        self, caller: Caller, tenant: str | None, seqs: tuple[int, ...], reason: str, *, every: bool
    ) -> LettersSettled:
        """Have messages sent again that this service's consumers gave up; the api does it, and records it."""
        whose = self._whose(caller, tenant)
        if bool(seqs) is every or len(seqs) > REDRIVES_MAX:
            raise Impossible(f"seqs: give 1 to {REDRIVES_MAX} numbers of letters, or all")
        asked = LettersRedrive(
            tenant=whose, service=self.service, seqs=seqs, reason=reason[:REASON_CHARS_MAX], by=caller.who.name
        )
        if not consumers_of(self.service):
            raise Impossible(f"{self.service} has no consumers, and so no dead letters")
        settled: LettersSettled = await self.bus.request(
            s.LETTERS_REDRIVE, asked, timeout_s=ASK_S_MAX, tenant=whose, service=self.service
        )
        return settled

    def _whose(self, caller: Caller, tenant: str | None) -> str:
        chosen = caller.who.may("service.admin", tenant)
        return chosen if tenant else NO_TENANT

    async def _record(self, action: AuditAction, caller: Caller, reason: str) -> None:
        about = f"{self.service} on {self.host}, process {self.pid}"
        await self._audit.record(
            Deed(action, NO_TENANT, caller.who.name, reason[:REASON_CHARS_MAX], about, peer=caller.peer)
        )


def _limit(sent: int) -> int:
    if not 0 <= sent <= LETTERS_MAX:
        raise Impossible(f"limit: between 1 and {LETTERS_MAX}")
    return sent or 100
