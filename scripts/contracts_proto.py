"""The .proto mirror of the Pydantic models: names, types, and numbers that are kept in a lock file.

Every singular field has explicit presence (`optional`), so that an absent field takes the model's default, as in JSON.
Literals are strings, not enums: both encodings then share one vocabulary (an enum cannot hold `roll-forward`), and
the model stays the only place that says which words are valid.
"""

import inspect
import json
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from inquest.contracts import latest
from inquest.contracts.latest import Message, Scalar
from pydantic import AwareDatetime

PACKAGE = "inquest.v1"
DOMAINS_PACKAGE = "inquest.contracts.v1.domains"  # they travel as compressed JSON inside a ToolResult, never alone
PLAIN: Mapping[object, str] = {
    bool: "bool",
    int: "int64",
    float: "double",
    str: "string",
    AwareDatetime: "google.protobuf.Timestamp",
}
HEADER = f"""\
// Generated from contracts/src/inquest/contracts/v1 by `make contracts`. Do not edit.
syntax = "proto3";

package {PACKAGE};

import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
"""


@dataclass(slots=True)
class Numbers:
    """The field numbers of one message. A number is never used twice: a removed field stays reserved."""

    fields: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)

    def assign(self, names: Iterable[str]) -> None:
        """Keep what is known, reserve what went, and number what is new."""
        wanted = list(names)
        for gone in [name for name in self.fields if name not in wanted]:
            self.reserved[gone] = self.fields.pop(gone)
        for name in wanted:
            if name in self.reserved:
                raise ValueError(f"field {name} was removed before; a removed name is never used again")
            if name not in self.fields:
                self.fields[name] = max([0, *self.fields.values(), *self.reserved.values()]) + 1


Lock = dict[str, Numbers]


def read_lock(text: str) -> Lock:
    """Return the numbers by message."""
    return {name: Numbers(row["fields"], row.get("reserved", {})) for name, row in json.loads(text).items()}


def write_lock(lock: Lock) -> str:
    """Return the lock file's text."""
    rows = {
        name: {"fields": row.fields, **({"reserved": row.reserved} if row.reserved else {})}
        for name, row in sorted(lock.items())
    }
    return json.dumps(rows, indent=2) + "\n"


def messages() -> list[type[Message]]:
    """Return every message of `latest`, by name."""
    rows = (getattr(latest, name) for name in latest.__all__)
    found = (row for row in rows if inspect.isclass(row) and issubclass(row, Message) and row is not Message)
    return sorted(found, key=lambda row: row.__name__)


def mirrored() -> list[type[Message]]:
    """Return the messages that have a protobuf mirror: all but those of the domains."""
    return [model for model in messages() if not model.__module__.startswith(DOMAINS_PACKAGE)]


def proto_file(models: Iterable[type[Message]], lock: Lock) -> str:
    """Return the .proto text; `lock` gains the numbers of new fields."""
    return "\n".join([HEADER, *(_message(model, lock.setdefault(model.__name__, Numbers())) for model in models)])


def _message(model: type[Message], numbers: Numbers) -> str:
    numbers.assign(model.model_fields)
    lines = [f"// {line}".rstrip() for line in inspect.cleandoc(model.__doc__ or "").splitlines()]
    lines.append(f"message {model.__name__} {{")
    if numbers.reserved:
        lines.append(f"  reserved {', '.join(map(str, sorted(numbers.reserved.values())))};")
        lines.append(f"  reserved {', '.join(json.dumps(name) for name in sorted(numbers.reserved))};")
    hints = typing.get_type_hints(model)
    lines += [f"  {_field_type(hints[name])} {name} = {numbers.fields[name]};" for name in model.model_fields]
    return "\n".join([*lines, "}", ""])


def _field_type(hint: Any) -> str:
    """Return the type of a field, with its label. Raises TypeError on a shape that protobuf cannot mirror."""
    hint = _bare(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin in {tuple, list}:
        return f"repeated {_item_type(args[0])}"
    if origin is dict:
        return f"map<{_item_type(args[0])}, {_item_type(args[1])}>"
    if hint != Scalar and origin in {Union, UnionType}:
        (hint,) = (arg for arg in args if arg is not NoneType)
    return f"optional {_item_type(hint)}"


def _item_type(hint: Any) -> str:
    hint = _bare(hint)
    if hint == Scalar:
        return "google.protobuf.Value"
    if get_origin(hint) is Literal:
        return "string"
    if inspect.isclass(hint) and issubclass(hint, Message):
        return hint.__name__
    if hint in PLAIN:
        return PLAIN[hint]
    raise TypeError(f"no protobuf type for {hint}")


def _bare(hint: Any) -> Any:
    return _bare(get_args(hint)[0]) if get_origin(hint) is Annotated else hint
