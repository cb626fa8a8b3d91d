"""One row of the table of HTTP operations. Pure."""

from dataclasses import dataclass

from inquest.api.domain.requests import Answer, Asked
from inquest.contracts.latest import Message


@dataclass(frozen=True, slots=True)
class Operation:
    """One row.

    Attributes:
        name: operationId, and the name of the endpoint that serves it.
        method: GET or POST.
        path: with `{parameters}`.
        summary: one line.
        role: the least role that may.
        query: model of the query parameters.
        body: model of the JSON body, or None.
        answer: model of the JSON answer; None for an event stream.
        status: of success.
    """

    name: str
    method: str
    path: str
    summary: str
    role: str
    query: type[Asked]
    body: type[Asked] | None
    answer: type[Answer] | type[Message] | None
    status: int = 200
