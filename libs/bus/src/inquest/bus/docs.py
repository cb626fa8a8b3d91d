"""The AsyncAPI document of a service, made from the table of subjects and consumers.

FastStream writes it from a broker that is declared here and never started: what runs on the bus is our own pull
runner, which FastStream does not know (ADR 0003).
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from inquest.contracts.message import Message
from inquest.contracts.subjects import SUBJECTS, Subject
from inquest.contracts.topology import consumers_of

if TYPE_CHECKING:
    from faststream.nats import NatsBroker

SERVER = "nats://nats:4222"
REPLY_ADDRESS = "_INBOX.{asker}.{request}"
_HEADERS = ("Content-Type", "Inquest-Cause", "Inquest-Tenant", "Nats-Msg-Id", "traceparent")


def asyncapi(service: str) -> dict[str, Any]:
    """Return the AsyncAPI 3 document of what a service receives and sends; the same on every call."""
    # Late: a process pays for the generator when somebody asks for the document, not at its start.
    from faststream.nats import NatsBroker  # noqa: PLC0415
    from faststream.specification import AsyncAPI  # noqa: PLC0415

    broker = NatsBroker(SERVER, logger=None)
    for consumer in consumers_of(service):
        for pattern in consumer.filters:
            for address, row in _addresses(pattern):
                why = consumer.why or f"Durable consumer on the stream {consumer.stream}."
                _receive(broker, address, row and row.model, f"{consumer.durable}.{row.name if row else 'raw'}", why)
    for row in SUBJECTS:
        name, address = row.name, _address(row)
        if row.replier == service:
            _receive(broker, address, row.model, f"{service}.{name}", "A request, shared by the replicas.", service)
            _send(broker, REPLY_ADDRESS, row.reply, f"{service}.{name}.reply", f"The answer to {name}.")
        if service in row.publishers:
            _send(broker, address, row.model, f"{service}.{name}.send", _kept(row))
            if row.reply is not None:
                _receive(broker, REPLY_ADDRESS, row.reply, f"{service}.{name}.reply", f"The answer to {name}.")
    made = AsyncAPI(broker, title=f"Inquest {service}", version=version("inquest-contracts")).to_specification()
    return _finished(made.to_jsonable())


def _kept(row: Subject) -> str:
    return f"Kept in the stream {row.stream}." if row.stream else "A request; nothing keeps it."


def _address(row: Subject, fixed: tuple[str, ...] = ()) -> str:
    """Return the subject as a template, `name.{key}.…`, with the tokens that a filter fixes."""
    keys = [f"{{{key}}}" for key in row.keys]
    tokens = [*row.name.split("."), *keys]
    return ".".join(
        wanted if wanted not in {"*", ">"} else token
        for token, wanted in zip(tokens, [*fixed, *["*"] * (len(tokens) - len(fixed))], strict=True)
    )


def _addresses(pattern: str) -> Iterator[tuple[str, Subject | None]]:
    """Yield what a filter lets through: each row of the table, or the filter itself where the table knows none."""
    wanted = tuple(pattern.removesuffix(".>").split("."))
    found = False
    for row in SUBJECTS:
        tokens = row.pattern().split(".")
        open_ended = pattern.endswith(".>") and len(tokens) > len(wanted)
        front = zip(tokens, wanted, strict=False)
        if (open_ended or len(tokens) == len(wanted)) and all(a == b or "*" in {a, b} for a, b in front):
            found = True
            yield _address(row, wanted), row
    if not found:
        yield pattern, None


def _receive(
    broker: "NatsBroker", address: str, model: type[Message] | None, title: str, why: str, queue: str = ""
) -> None:
    async def handle(message: Any) -> None:
        """Never called: FastStream reads only its signature."""

    handle.__annotations__["message"] = model or bytes
    broker.subscriber(address, queue=queue, title=title, description=why)(handle)


def _send(broker: "NatsBroker", address: str, model: type[Message] | None, title: str, why: str) -> None:
    broker.publisher(address, title=title, description=why, schema=model or bytes)


def _finished(made: dict[str, Any]) -> dict[str, Any]:
    """Add what FastStream leaves out (keys of subjects, our headers), and put everything in one order."""
    for channel in made["channels"].values():
        keys = [token[1:-1] for token in channel["address"].split(".") if token.startswith("{")]
        if keys:
            channel["parameters"] = {key: {"description": f"The {key}: [a-z0-9-]{{1,48}}."} for key in keys}
    for message in made["components"]["messages"].values():
        message["correlationId"] = {"location": "$message.header#/Inquest-Cause"}
        message["headers"] = {"type": "object", "properties": {name: {"type": "string"} for name in _HEADERS}}
    ordered: dict[str, Any] = _ordered(made)
    return ordered


def _ordered(value: Any) -> Any:
    """Sort keys, and replace the colons of generated names, which AsyncAPI does not allow in component keys."""
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key.replace(":", "."): item.replace(":", ".") if key == "$ref" else _ordered(item)
        for key, item in sorted(value.items())
    }
