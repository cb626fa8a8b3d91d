"""The models in protobuf, for gRPC and for producers that prefer it. JSON is the wire of the bus.

protobuf is imported on first use, so that a process that speaks only JSON never pays for it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from inquest.contracts.errors import Impossible
from inquest.contracts.message import Message
from inquest.contracts.text import flaws

if TYPE_CHECKING:
    from google.protobuf.message import Message as ProtoMessage

JSON = "application/json"
PROTOBUF = "application/x-protobuf"

ModelT = TypeVar("ModelT", bound=Message)


def decode(content_type: str | None, data: bytes, model: type[ModelT]) -> ModelT:
    """Return the message in `data`; without a content type it is JSON.

    Raises Impossible on a content type that nobody speaks here, and on bytes that are not such a message.
    """
    kind = (content_type or JSON).partition(";")[0].strip().lower()
    if kind == JSON:
        try:
            return model.model_validate_json(data)
        except ValidationError as error:
            raise Impossible(f"body is not a {model.__name__}: {flaws(error)}") from error
    if kind == PROTOBUF:
        return _decode_protobuf(data, model)
    raise Impossible(f"Content-Type {kind[:100]!r} is not understood; send {JSON} or {PROTOBUF}")


def encode(model: Message) -> bytes:
    """Return the message in protobuf. Raises Impossible when protobuf cannot hold one of its values."""
    data: bytes = to_proto(model).SerializeToString()
    return data


def to_proto(model: Message) -> Any:
    """Return the generated protobuf message of the same name. None is left unset.

    Raises Impossible for a model without a mirror, and for an integer past 64 bits.
    """
    message = _mirror(type(model))()
    try:
        _fill(message, model)
    except ValueError as error:
        raise Impossible(f"{type(model).__name__} does not fit protobuf: {error}") from error
    return message


def from_proto(message: "ProtoMessage", model: type[ModelT]) -> ModelT:
    """Return the model. What is unset takes the model's default. Raises Impossible when it breaks the contract."""
    try:
        return model.model_validate(_plain(message))
    except ValidationError as error:
        raise Impossible(f"message is not a {model.__name__}: {flaws(error)}") from error
    except (ValueError, OverflowError) as error:  # a time past the calendar
        raise Impossible(f"message is not a {model.__name__}: {error}") from error


def _decode_protobuf(data: bytes, model: type[ModelT]) -> ModelT:
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - see the module's docstring

    message = _mirror(model)()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise Impossible(f"body is not a {model.__name__} in protobuf: {error}") from error
    return from_proto(message, model)


@cache
def _generated() -> ModuleType:
    from inquest.contracts.proto.v1 import messages_pb2  # noqa: PLC0415 - see the module's docstring

    return messages_pb2


def _mirror(model: type[Message]) -> Any:
    mirror = getattr(_generated(), model.__name__, None)
    if mirror is None:
        raise Impossible(f"{model.__name__} does not travel in protobuf; send {JSON}")
    return mirror


def _fill(message: Any, model: Message) -> None:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if value is None:
            continue
        if isinstance(value, Message):
            target = getattr(message, name)
            target.SetInParent()
            _fill(target, value)
        elif isinstance(value, datetime):
            getattr(message, name).FromDatetime(value)
        elif isinstance(value, Mapping):
            _fill_map(getattr(message, name), value)
        elif isinstance(value, tuple | list):
            _fill_list(getattr(message, name), value)
        else:
            setattr(message, name, value)


def _fill_list(target: Any, items: tuple[Any, ...] | list[Any]) -> None:
    for item in items:
        if isinstance(item, Message):
            _fill(target.add(), item)
        else:
            target.append(item)


def _fill_map(target: Any, items: Mapping[str, Any]) -> None:
    scalars = hasattr(target, "get_or_create")  # only maps of messages have it, and ours hold Value
    for key, item in items.items():
        if not scalars:
            target[key] = item
        elif isinstance(item, bool):
            target[key].bool_value = item
        elif isinstance(item, str):
            target[key].string_value = item
        else:
            target[key].number_value = item


def _plain(message: "ProtoMessage") -> dict[str, Any]:
    """Return what is set, as the values that the model validates."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if not field.is_repeated:
            if message.HasField(field.name):
                found[field.name] = _plain_item(field, value)
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            of = field.message_type.fields_by_name["value"]
            found[field.name] = {key: _plain_item(of, item) for key, item in value.items()}
        else:
            found[field.name] = [_plain_item(field, item) for item in value]
    return found


def _plain_item(field: Any, value: Any) -> Any:
    if field.message_type is None:
        return value
    kind = field.message_type.full_name
    if kind == "google.protobuf.Timestamp":
        return value.ToDatetime(tzinfo=UTC)
    if kind == "google.protobuf.Value":
        chosen = value.WhichOneof("kind")
        return getattr(value, chosen) if chosen in {"bool_value", "number_value", "string_value"} else None
    return _plain(value)
