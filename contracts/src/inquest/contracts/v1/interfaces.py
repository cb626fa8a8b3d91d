"""What the gateway publishes about its data sources."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Message
from inquest.contracts.v1.tools import Domain

Access = Literal["read", "write"]
Cost = Literal["free", "cheap", "metered"]


class DataSourceInterfaceContract(Message):
    """A domain as one provider serves it.

    The schemas are JSON Schema (draft 2020-12) as text. `fallback_priority`: the highest healthy one is asked first.
    `cost`: `metered` where a call uses up somebody's quota or money.
    """

    interface_id: str  # <domain>.<provider>
    domain: Domain
    provider: str  # as the configuration names it
    kind: str  # what it is: loki, prometheus, pack, …
    operations: tuple[str, ...] = ("read",)
    access: Access = "read"
    input_schema: str
    output_schema: str
    health_probe: str = ""  # what is asked to see whether it is well, such as GET /ready
    fallback_priority: int = 100
    cost: Cost = "cheap"


class ListInterfaces(Message):
    """Which data sources a tenant has; of one domain, or of all."""

    tenant: Id
    domain: Domain | None = None


class InterfaceList(Message):
    """The interfaces of a tenant, best first within a domain."""

    interfaces: tuple[DataSourceInterfaceContract, ...] = Field(default=())
