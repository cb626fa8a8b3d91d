"""The operations on dead letters, the same over HTTP and gRPC."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from inquest.api.domain.dead_requests import (
    LETTERS_MAX,
    DeadDetail,
    DeadLetters,
    DeadLine,
    DeadQuery,
    DiscardBody,
    RedriveBody,
    Settled,
    SettledAll,
)
from inquest.api.places import Places
from inquest.audit import AuditLog, Deed
from inquest.bus.dead import DEAD_STREAM, REDRIVABLE
from inquest.bus.port import BusPort
from inquest.bus.redrive import publisher_of, send_again
from inquest.contracts.errors import Impossible, InquestError, NotFound
from inquest.contracts.latest import (
    AuditAction,
    DeadLetter,
    LetterLine,
    LettersAsked,
    LetterSettled,
    LettersFound,
    LettersRedrive,
    LettersSettled,
    Redrive,
    Redriven,
)
from inquest.contracts.redaction import redact, redact_attributes
from inquest.contracts.subjects import DEAD_PREFIX, REDRIVES, match
from inquest.contracts.topology import consumers_of
from inquest.contracts.v1.controls import NO_TENANT
from inquest.identity import Permission, Principal
from inquest.telemetry.logs import get_logger

PAYLOAD_CHARS_MAX = 16_000
REDRIVE_S_MAX = 5.0
SETTLE_S_MAX = 8.0  # of one request; who waits for the answer gives up after 20
READ_S_MAX = 5.0  # then a list ends with what was found
LETTERS_READ_MAX = 5_000  # looked at for one list, from the newest back

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Dead:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    bus: BusPort
    audit: AuditLog
    reading: Places = field(default_factory=Places)

    async def list(self, caller: Principal, query: DeadQuery) -> DeadLetters:
        """Return the newest letters of a tenant; a caller for all tenants who names none sees all."""
        tenant = _whose(caller, "dead.read", query.tenant)
        found = await self._newest(tenant, frozenset({query.consumer} if query.consumer else ()), query.limit)
        return DeadLetters(letters=tuple(_line(seq, letter) for seq, letter in found))

    async def get(self, caller: Principal, tenant: str | None, seq: str) -> DeadDetail:
        """Return one letter with its content. Raises NotFound."""
        number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 19 else 0
        letter = await self._letter(number, _whose(caller, "dead.read", tenant))
        payload = base64.b64decode(letter.payload_base64)
        return DeadDetail(
            **_line(number, letter).model_dump(),
            headers=redact_attributes(letter.headers),
            payload=redact(payload.decode(errors="replace"))[:PAYLOAD_CHARS_MAX],
            payload_bytes=len(payload),
        )

    async def redrive(self, caller: Principal, tenant: str | None, body: RedriveBody) -> SettledAll:
        """Send messages again; each by itself, so that one that cannot be sent does not hold the others."""
        chosen = _whose(caller, "dead.settle", tenant)

        return await self._redriven(body.seqs, chosen, frozenset(), caller.name, body.reason)

    async def discard(self, caller: Principal, tenant: str | None, body: DiscardBody) -> SettledAll:
        """Give messages up for good; who did and why is recorded first."""
        chosen = _whose(caller, "dead.settle", tenant)

        async def one(seq: int) -> str:
            letter = await self._letter(seq, chosen)
            await self.audit.record(_deed("dead-discarded", letter, seq, caller.name, body.reason))
            await self.bus.remove(DEAD_STREAM, seq)
            return ""

        return await _each(body.seqs, one)

    async def list_for(self, request: LettersAsked) -> LettersFound:
        """Return what the consumers of a service gave up; the service has asked who wants to know."""
        found = await self._newest(_tenant_for(request.tenant), _durables(request.service), request.limit)
        return LettersFound(letters=tuple(LetterLine(**_line(seq, one).model_dump()) for seq, one in found))

    async def redrive_for(self, request: LettersRedrive) -> LettersSettled:
        """Send messages again that the consumers of a service gave up."""
        tenant, durables = _tenant_for(request.tenant), _durables(request.service)
        seqs = request.seqs or tuple(
            seq
            for seq, letter in reversed(await self._newest(tenant, durables, LETTERS_READ_MAX))
            if letter.stream in REDRIVABLE
        )
        done = await self._redriven(seqs[:LETTERS_MAX], tenant, durables, request.by, request.reason)
        return LettersSettled(letters=tuple(LetterSettled(**one.model_dump()) for one in done.letters))

    async def _newest(
        self, tenant: str | None, durables: frozenset[str], limit: int
    ) -> Sequence[tuple[int, DeadLetter]]:
        """Return letters of a tenant (None: of all) and of some consumers (none named: of all), newest first."""
        found: list[tuple[int, DeadLetter]] = []
        try:
            async with self.reading.place(), asyncio.timeout(READ_S_MAX):
                async for delivery in self.bus.newest(DEAD_STREAM, f"{DEAD_PREFIX}.>", back_max=LETTERS_READ_MAX):
                    letter = _parsed(delivery.payload)
                    if letter and _is_of(letter, tenant) and (not durables or letter.consumer in durables):
                        found.append((delivery.stream_seq, letter))
                    if len(found) == limit:
                        break
        except TimeoutError:
            _log.warning("dead_letters_cut_short", tenant=tenant, found=len(found), hint="discard what nobody needs")
        return found

    async def _redriven(
        self, seqs: tuple[int, ...], tenant: str | None, durables: frozenset[str], by: str, reason: str
    ) -> SettledAll:
        async def one(seq: int) -> str:
            letter = await self._letter(seq, tenant)
            if durables and letter.consumer not in durables:
                raise NotFound(f"dead letter {seq} was given up by {letter.consumer}, which is no consumer of yours")
            await self._send_again(seq, letter, by)
            await self.audit.record(_deed("dead-redriven", letter, seq, by, reason))
            await self.bus.remove(DEAD_STREAM, seq)
            return letter.subject

        return await _each(seqs, one)

    async def _send_again(self, seq: int, letter: DeadLetter, by: str) -> None:
        service = publisher_of(letter.subject)
        if not letter.payload_base64 and "left out" in letter.reason:
            raise Impossible("its payload was too large to keep here: use `inquest dead redrive` on the bus")
        request = Redrive(
            seq=seq,
            subject=letter.subject,
            stream=letter.stream,
            stream_seq=letter.stream_seq,
            headers=letter.headers,
            payload_base64=letter.payload_base64,
            requested_by=by,
        )
        if service == "api":
            await send_again(self.bus, service, request)
            return
        tenant = _tenant_of(letter) or NO_TENANT
        answer: Redriven = await self.bus.request(REDRIVES[service], request, timeout_s=REDRIVE_S_MAX, tenant=tenant)
        if answer.error:
            raise Impossible(answer.error)

    async def _letter(self, seq: int, tenant: str | None) -> DeadLetter:
        stored = await self.bus.get(DEAD_STREAM, seq) if seq > 0 else None
        letter = _parsed(stored.payload) if stored else None
        if letter is None or not _is_of(letter, tenant):
            raise NotFound(f"there is no dead letter {seq}; GET /v1/dead lists those there are")
        return letter


async def _each(seqs: tuple[int, ...], one: Callable[[int], Awaitable[str]]) -> SettledAll:
    """Settle letters in the order asked for, which may matter to who handles them; those not begun in time are left."""
    end_s = time.monotonic() + SETTLE_S_MAX
    settled = []
    for seq in dict.fromkeys(seqs):
        if time.monotonic() >= end_s:
            settled.append(Settled(seq=seq, error=f"left as it is: others took {SETTLE_S_MAX:.0f} s; ask for it again"))
            continue
        try:
            settled.append(Settled(seq=seq, subject=await one(seq)))
        except InquestError as error:
            settled.append(Settled(seq=seq, error=str(error)))
    return SettledAll(letters=tuple(settled))


def _whose(caller: Principal, permission: Permission, tenant: str | None) -> str | None:
    """Return the tenant whose letters the caller may handle; None: all, also those of no tenant."""
    chosen = caller.may(permission, tenant)
    return None if caller.is_for_every_tenant and tenant is None else chosen


def _tenant_of(letter: DeadLetter) -> str:
    found = match(letter.subject)
    return found[1].get("tenant", "") if found else ""


def _is_of(letter: DeadLetter, tenant: str | None) -> bool:
    return tenant is None or _tenant_of(letter) == tenant


def _parsed(payload: bytes) -> DeadLetter | None:
    try:
        return DeadLetter.model_validate_json(payload)
    except ValueError:  # somebody else's message: no letter of ours
        return None


def _line(seq: int, letter: DeadLetter) -> DeadLine:
    parts = letter.headers.get("traceparent", "").split("-")
    return DeadLine(
        seq=seq,
        tenant=_tenant_of(letter),
        subject=letter.subject,
        stream=letter.stream,
        stream_seq=letter.stream_seq,
        consumer=letter.consumer,
        reason=redact(letter.reason),
        error_type=letter.error_type,
        attempts=letter.deliveries,
        dead_at=letter.dead_at,
        trace_id=parts[1] if len(parts) == 4 else "",
        redrivable=letter.stream in REDRIVABLE,
    )


def _durables(service: str) -> frozenset[str]:
    return frozenset(consumer.durable for consumer in consumers_of(service)) or frozenset({""})  # none is not all


def _tenant_for(named: str) -> str | None:
    return None if named == NO_TENANT else named


def _deed(action: AuditAction, letter: DeadLetter, seq: int, by: str, reason: str) -> Deed:
    return Deed(action, _tenant_of(letter) or NO_TENANT, by, reason, f"{seq}: {letter.subject}")
