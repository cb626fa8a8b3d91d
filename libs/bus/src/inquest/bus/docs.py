"""The AsyncAPI document of a service, made from the table of subjects and consumers.

FastStream writes it from a broker that is declared here and never started: what runs on the bus is our own pull
runner, which FastStream does not know (ADR 0003).
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from inquest.contracts.latest import DeadLetter, Message
from inquest.contracts.subjects import DEAD_PREFIX, SUBJECTS, Subject
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
        why = consumer.why or f"Durable consumer of the stream {consumer.stream}."
        for pattern in consumer.filters:
            for address, name, model in _let_through(pattern):
                _receive(broker, address, model, f"{consumer.durable}.{name}", why)
    if consumers_of(service):
        _send(broker, f"{DEAD_PREFIX}.{{subject}}", DeadLetter, f"{service}.dead.send", "What it had to give up.")
    for row in SUBJECTS:
        name, address = row.name, _address(row)
        if row.replier == service:
            _receive(broker, address, row.model, f"{service}.{name}", "A request, shared by the replicas.", service)
            _send(broker, REPLY_ADDRESS, row.reply, f"{service}.{name}.reply", f"The answer to {name}.")
        if service in row.publishers:
            kept = f"Kept in the stream {row.stream}." if row.stream else "A request; nothing keeps it."
            _send(broker, address, row.model, f"{service}.{name}.send", kept)
            if row.reply is not None:
                _receive(broker, REPLY_ADDRESS, row.reply, f"{service}.{name}.reply", f"The answer to {name}.")
    made = AsyncAPI(broker, title=f"Inquest {service}", version=version("inquest-contracts")).to_specification()
    return _finished(made.to_jsonable())


def _address(row: Subject, wanted: Sequence[str] = ()) -> str:
    """Return the subject as a template, `name.{key}.…`, with the tokens that a filter fixes."""
    tokens = [*row.name.split("."), *(f"{{{key}}}" for key in row.keys)]
    for place, token in enumerate(wanted):
        if token != "*":  # noqa: S105 - a token of a subject
            tokens[place] = token
    return ".".join(tokens)


def _let_through(pattern: str) -> Iterator[tuple[str, str, type[Message] | None]]:
    """Yield address, name and model of each row that a filter lets through; the filter itself when there is none."""
    if pattern.startswith(DEAD_PREFIX):
        yield f"{DEAD_PREFIX}.{{subject}}", DEAD_PREFIX, DeadLetter
        return
    wanted = pattern.removesuffix(".>").split(".")
    rows = [row for row in SUBJECTS if _covers(pattern, row)]
    for row in rows:
        yield _address(row, wanted), row.name, row.model
    if not rows:
        yield pattern, "raw", None


def _covers(pattern: str, row: Subject) -> bool:
    wanted, tokens = pattern.removesuffix(".>").split("."), row.pattern().split(".")
    length_fits = len(tokens) > len(wanted) if pattern.endswith(".>") else len(tokens) == len(wanted)
    return length_fits and all(a == b or "*" in {a, b} for a, b in zip(tokens, wanted, strict=False))


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
            channel["parameters"] = {key: {"description": f"The {key}."} for key in keys}
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
