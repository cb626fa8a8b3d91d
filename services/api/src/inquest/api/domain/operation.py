"""One row of the table of HTTP operations. Pure."""

from dataclasses import dataclass

from inquest.api.domain.requests import Answer, Asked
from inquest.contracts.latest import Message
from inquest.identity import Permission, Role
from inquest.identity.permissions import roles_with


@dataclass(frozen=True, slots=True)
class Operation:
    """One row.

    Attributes:
        name: operationId, and the name of the endpoint that serves it.
        method: GET or POST.
        path: with `{parameters}`.
        summary: one line.
        permission: who has none may not; see `inquest.identity.permissions`.
        rpc: the same over gRPC, `Service.Method`.
        query: model of the query parameters.
        body: model of the JSON body, or None.
        answer: model of the JSON answer; None for an event stream.
        status: of success.
    """

    name: str
    method: str
    path: str
    summary: str
    permission: Permission
    rpc: str
    query: type[Asked]
    body: type[Asked] | None
    answer: type[Answer] | type[Message] | None
    status: int = 200

    def __post_init__(self) -> None:
        """Refuse a row that nobody may use: it names no permission that there is."""
        if not self.roles:
            raise ValueError(f"operation {self.name}: no role has the permission {self.permission!r}")

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that may, the least first."""
        return roles_with(self.permission)
