"""What the gateway gives to each provider that it makes."""

import json
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from inquest.bus.port import BusPort
from inquest.config import Catalogue
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.latest import REQUESTS, RESPONSES, Access, Cost, DataSourceInterfaceContract
from inquest.contracts.message import Message
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.http_clients import HttpClients
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.ports import Provider

SettingsT_contra = TypeVar("SettingsT_contra", bound=ProviderSettings, contravariant=True)


@dataclass(frozen=True, slots=True)
class Kit:
    """The surroundings of one tenant's providers.

    Attributes:
        tenant: whose provider it is.
        catalogue: what services are called, by source.
        bus: for providers that read what Inquest itself keeps; None outside a running system.
        executor: threads for parsing that takes longer than milliseconds.
        clients: of HTTP APIs; take yours by `http`.
        shelf: packs that are open.
    """

    tenant: str
    catalogue: Catalogue
    bus: BusPort | None
    executor: Executor
    clients: HttpClients
    shelf: PackShelf

    def http(self, settings: HttpSettings) -> HttpClient:
        """Return the client of an API: bounded, guarded, with the credentials that the settings name."""
        return self.clients.get(settings)


class Build(Protocol[SettingsT_contra]):
    """What each provider's module calls `build`."""

    def __call__(self, config: SettingsT_contra, kit: Kit) -> Provider:
        """Return the provider. It does no I/O: what is wrong there shows when it is probed or asked."""
        ...


def interfaces(
    config: ProviderSettings,
    *,
    health_probe: str,
    cost: Cost = "cheap",
    access: Access = "read",
    operations: tuple[str, ...] = ("read",),
) -> tuple[DataSourceInterfaceContract, ...]:
    """Return the contract of each domain that the configuration gives a provider."""
    return tuple(
        DataSourceInterfaceContract(
            interface_id=f"{domain}.{config.name}",
            domain=domain,
            provider=config.name,
            kind=config.kind,
            operations=operations,
            access=access,
            input_schema=_schema(REQUESTS[domain]),
            output_schema=_schema(RESPONSES[domain]),
            health_probe=health_probe,
            fallback_priority=config.priority,
            cost=cost,
        )
        for domain in config.domains
    )


@cache
def _schema(model: type[Message]) -> str:
    return json.dumps(model.model_json_schema(), separators=(",", ":"))
