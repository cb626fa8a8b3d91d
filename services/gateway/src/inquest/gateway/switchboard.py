"""The switches: which side answers a domain, for all gateways. One key of KV `gateway-switches`, followed by each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inquest.bus.port import BusPort, Entry, KeyValue
from inquest.config.switching import SwitchConfig
from inquest.contracts.errors import Conflict, Impossible, InquestError, RetryLater
from inquest.contracts.latest import (
    Domain,
    ProviderSwitch,
    ProviderSwitched,
    SwitchBook,
    SwitchSetting,
    ToolRequest,
)
from inquest.contracts.payloads import decode, encode
from inquest.contracts.subjects import TOOL_SWITCHED
from inquest.contracts.v1.switching import BOOK_KEY, SWITCHES_MAX, Origin
from inquest.gateway.domain.switching import Choice, asked, choose, in_words, is_tried, sides_of
from inquest.gateway.ports import Interface
from inquest.telemetry.logs import get_logger

FOLLOW_S = 0.5  # what another gateway switched, or a restore brought back, is known here within this time
_TRIES_MAX = 8  # of a compare-and-set that others win

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom one call asks. Without a setting nothing is switched.

    Attributes:
        interfaces: who may be asked; who only follows has a later turn.
        tried: whether the candidate leads it.
        number: of the switch, so that what is counted before the next one counts no more.
    """

    interfaces: Sequence[Interface]
    choice: Choice = field(default_factory=Choice)
    setting: SwitchSetting | None = None
    tried: bool = False
    number: int = 0

    @property
    def following(self) -> tuple[Interface, ...]:
        """Who is asked only where the leading side has no answer, or to compare."""
        return tuple(replace(one, turn=0) for one in self.interfaces if one.turn)


@dataclass(slots=True)
class Switchboard:
    """Knows all switches without asking, and changes one for all gateways. `start` before it is asked."""

    bus: BusPort
    kv: KeyValue
    configured: Callable[[str, Domain], SwitchConfig]
    book: SwitchBook = field(default_factory=SwitchBook)
    _index: dict[tuple[str, str], ProviderSwitch] = field(default_factory=dict)
    _source: Entry | None = None  # what the book was read from; None: it was made here, or there is none

    async def start(self) -> None:
        """Load once, so that no call is led by a side that was switched off. Raises RetryLater, Impossible."""
        await self.load()

    async def follow(self) -> None:
        """Follow the switches until cancelled. A book of a newer release that cannot be read changes nothing here."""
        told = ""
        while True:
            problem = ""
            try:
                await self.load()
            except Impossible as error:
                problem = str(error)
            except RetryLater:
                problem = told  # the bus is away; what it holds is the same when it is back
            if problem not in {"", told}:
                log.warning("switches_not_read", reason=problem)
            told = problem
            await asyncio.sleep(FOLLOW_S)

    async def load(self) -> tuple[SwitchBook, int]:
        """Take the book that is there, and return it with its revision, 0 where there is none.

        Also one that is older than ours, or none at all: then a backup was restored. Raises RetryLater, Impossible.
        """
        held = self.book
        entry = await self.kv.get(BOOK_KEY)
        if entry and entry == self._source:
            return self.book, entry.revision
        book = decode(entry.value, SwitchBook) if entry else SwitchBook()
        if self.book is held:  # else something newer was taken while this was being read
            self._take(book, entry)
        return book, entry.revision if entry else 0

    def standing(self, tenant: str, domain: Domain) -> tuple[SwitchSetting | None, Origin]:
        """Return who answers a domain, and who said so: what was switched goes before the configuration."""
        switch = self.switch(tenant, domain)
        if switch and switch.setting:
            return switch.setting, "command"
        setting = self.configured(tenant, domain).setting
        return setting, "configuration" if setting else "priority"

    def switch(self, tenant: str, domain: Domain) -> ProviderSwitch | None:
        """Return what was last decided for a domain."""
        return self._index.get((tenant, domain))

    def plan(self, request: ToolRequest, interfaces: Sequence[Interface]) -> Plan:
        """Return whom a call asks, best first."""
        setting, _ = self.standing(request.tenant, request.domain)
        if setting is None:
            return Plan(interfaces)
        tried = is_tried(setting, request.tenant, request.domain, request.investigation_id)
        choice = choose(setting, sides_of(interfaces), tried=tried)
        if choice.lead is None:
            return Plan(interfaces)
        first, then = asked(choice, interfaces)
        switch = self.switch(request.tenant, request.domain)
        number = switch.number if switch else 0
        return Plan((*first, *(replace(one, turn=1) for one in then)), choice, setting, tried, number)

    async def change(
        self, switch: ProviderSwitch, decided: Callable[[SwitchSetting | None], SwitchSetting | None], **expect: int
    ) -> ProviderSwitched:
        """Switch a domain for all gateways, tell of it, and return what came of it.

        `decided` makes the new setting of the present one; with `number=` only that switch is changed. Nothing is
        written where it stands already as it should. Raises Impossible, RetryLater, and Conflict where others keep
        winning or the switch is another one.
        """
        for _ in range(_TRIES_MAX):
            book, revision = await self.load()
            present = self.switch(switch.tenant, switch.domain)
            if "number" in expect and (present.number if present else 0) != expect["number"]:
                raise Conflict(f"{switch.domain} of {switch.tenant} was switched meanwhile")
            before, _ = self.standing(switch.tenant, switch.domain)
            setting = decided(before)
            if setting in (present.setting if present else None, before):
                return ProviderSwitched(switch=present or switch, before=before, now=before, changed=False)
            made = switch.model_copy(update={"setting": setting, "number": book.number + 1})
            after = _with(book, made)
            try:
                data = encode(after).data
                await (self.kv.update(BOOK_KEY, data, revision) if revision else self.kv.create(BOOK_KEY, data))
            except Conflict:
                continue
            self._take(after)
            now, _ = self.standing(switch.tenant, switch.domain)
            done = ProviderSwitched(switch=made, before=before, now=now)
            await self._tell(done)
            return done
        raise Conflict("the switches changed meanwhile, again and again; try again")

    def _take(self, book: SwitchBook, source: Entry | None = None) -> None:
        self.book, self._source = book, source
        self._index = {(one.tenant, one.domain): one for one in book.switches}

    async def _tell(self, done: ProviderSwitched) -> None:
        one = done.switch
        about: dict[str, Any] = {"tenant": one.tenant, "domain": one.domain}
        log.info("provider_switched", **about, now=in_words(done.now), by=one.by, reason=one.reason)
        try:
            await self.bus.publish(TOOL_SWITCHED, done, msg_id=f"{one.tenant}:provider-switched:{one.number}", **about)
        except InquestError as error:  # it is switched; that somebody could not be told must not undo it
            log.warning("switch_not_told", **about, reason=str(error))


def _with(book: SwitchBook, switch: ProviderSwitch) -> SwitchBook:
    """Return the book with one switch. Raises Impossible when it is full."""
    rest = tuple(one for one in book.switches if (one.tenant, one.domain) != (switch.tenant, switch.domain))
    if len(rest) >= SWITCHES_MAX:
        # What stands as configured says nothing but who did that, which the audit has too.
        rest = tuple(one for one in rest if one.setting is not None)
    if len(rest) >= SWITCHES_MAX:
        raise Impossible(f"{SWITCHES_MAX} domains are switched already: `rollback DOMAIN --to configured` frees one")
    return SwitchBook(number=switch.number, switches=(*rest, switch))
