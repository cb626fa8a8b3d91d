"""What the gateway publishes about its data sources."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Message
from inquest.contracts.v1.tools import Access, Domain

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
    drift: str = ""  # why it is out of rotation: the server behind it is not what its mapping was written for


class ListInterfaces(Message):
    """Which data sources a tenant has; of one domain, or of all."""

    tenant: Id
    domain: Domain | None = None


class InterfaceList(Message):
    """The interfaces of a tenant, best first within a domain."""

    interfaces: tuple[DataSourceInterfaceContract, ...] = Field(default=())


class ToolDrift(Message):
    """The server behind a provider has changed: its tools, or the form of its answers.

    `tools_before` and `tools_now` are SHA-256 of the names and input schemas of the tools that the mapping uses; empty
    where the server was not seen before. While `out_of_rotation` the provider is not asked, until it fits again.
    """

    tenant: Id
    provider: Id
    mapping: Id
    changes: tuple[str, ...] = ()
    tools_before: str = ""
    tools_now: str = ""
    out_of_rotation: bool = False
