"""The operations on switches, the same over HTTP and gRPC. A gateway switches, and audits who did."""

from dataclasses import dataclass

from inquest.api.domain.switch_requests import SwitchBody, SwitchesAnswer, SwitchesQuery
from inquest.bus.port import BusPort
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import REQUESTS, ListSwitches, ProviderSwitched, SwitchList, SwitchProvider
from inquest.identity import Principal

ASK_S_MAX = 20.0  # the record of who switched may wait for the bus


@dataclass(frozen=True, slots=True)
class ProviderSwitches:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    bus: BusPort

    async def list(self, caller: Principal, query: SwitchesQuery) -> SwitchesAnswer:
        """Return who answers the domains of a tenant."""
        tenant = caller.may("switches.read", query.tenant)
        asked = ListSwitches(tenant=tenant, domain=query.domain)
        found: SwitchList = await self.bus.request(s.SWITCHES_LIST, asked, timeout_s=ASK_S_MAX, tenant=tenant)
        return SwitchesAnswer(standings=found.standings)

    async def switch(self, caller: Principal, tenant: str | None, domain: str, body: SwitchBody) -> ProviderSwitched:
        """Have another side answer. Raises NotFound, and Impossible with what to do for what makes no sense."""
        chosen = caller.may("switches.write", tenant)
        if domain not in REQUESTS:
            raise NotFound(f"there is no domain {domain[:60]!r}; there are: {', '.join(REQUESTS)}")
        wish = SwitchProvider.model_validate(
            {"tenant": chosen, "domain": domain, "by": caller.name, **body.model_dump()}
        )
        done: ProviderSwitched = await self.bus.request(s.PROVIDER_SWITCH, wish, timeout_s=ASK_S_MAX, tenant=chosen)
        return done
