"""Secrets that are planted in a system's inputs, and looked for in everything that it writes or tells."""

import base64
import gzip
import json
import secrets
import shutil
import string
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin

from inquest.contracts.message import Message
from inquest.testkit.lab import BUNDLED

ModelT = TypeVar("ModelT", bound=Message)
SHAPES = ("svc-AKIA{}", "k-sk_live_{}", "password={}")


@dataclass
class Plants:
    """Values that may be found nowhere, by where they were planted."""

    values: dict[str, str] = field(default_factory=dict)

    def new(self, place: str, prefix: str = "") -> str:
        """Make a value nobody could guess."""
        made = prefix + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(36))
        return self.values.setdefault(place, made)

    def key(self, place: str) -> str:
        """Make what looks like the id of an AWS key."""
        made = "AKIA" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(16))
        return self.values.setdefault(place, made)

    def in_(self, data: bytes) -> set[str]:
        """Return what is found, as it is or in base64 at any offset."""
        found = {place for place, value in self.values.items() if value.encode() in data}
        for place, value in self.values.items():
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + value.encode())
                if coded[4:-4] in data:
                    found.add(f"{place} in base64")
        return found


def planted_pack(plants: Plants, target: Path) -> Path:
    """Copy the bundled incident with secrets in its lines, spans, changes and page; returns the folder."""
    shutil.copytree(BUNDLED, target)
    line, words = plants.new("a log line"), plants.new("an attribute of a log line")

    def log(row: dict[str, Any]) -> None:
        row["message"] += f" password={line} Authorization: Bearer {plants.new('a header in a log line')}"
        row["attributes"] = {"db.password": words, "peer.service": "db"}

    def span(row: dict[str, Any]) -> None:
        row["attributes"] = {
            **row.get("attributes", {}),
            "http.request.header.cookie": f"session={plants.new('a span')}",
        }

    def change(row: dict[str, Any]) -> None:
        row["author"] = f"Ada password={plants.new('the author of a change')}"
        row["message"] += f" (token: {plants.new('a commit message', 'ghp_')})"
        row["diff"] = (row.get("diff") or "") + f'+API_KEY = "{plants.new("a diff")}"\n'

    for name, edit in (("logs.ndjson.gz", log), ("spans.ndjson.gz", span), ("changes.ndjson", change)):
        path = target / name
        is_gz = path.suffix == ".gz"
        rows = [
            json.loads(row) for row in (gzip.decompress(path.read_bytes()) if is_gz else path.read_bytes()).splitlines()
        ]
        for row in rows:
            edit(row)
        data = "\n".join(map(json.dumps, rows)).encode()
        path.write_bytes(gzip.compress(data) if is_gz else data)
    page = json.loads((target / "signal.json").read_text())
    page["body"]["event"]["data"]["title"] += f" password={plants.new('the title of a page')}"
    page["body"]["event"]["data"]["body"] = {"details": {"api_key": plants.new("a field of a page")}}
    (target / "signal.json").write_text(json.dumps(page))
    return target


def filled(
    model: type[ModelT],
    plants: Plants,
    exempt: Collection[str] = (),
    place: str = "",
    given: Mapping[str, Any] = MappingProxyType({}),
) -> ModelT:
    """Return a model with a secret in every text that it can hold, whatever its depth.

    Fields named in `exempt` are as `given`, or have their defaults.

    In turn the secret is one by its shape, and one by its name.
    """

    def made(annotation: Any, place: str) -> Any:
        arguments, origin = get_args(annotation), get_origin(annotation)
        if annotation in (str, Any):
            shape = SHAPES[len(plants.values) % len(SHAPES)]
            secret = "".join(secrets.choice(string.ascii_uppercase) for _ in range(16))
            plants.values[place] = secret
            return shape.format(secret)
        if isinstance(annotation, type) and issubclass(annotation, Message):
            return filled(annotation, plants, exempt, f"{place}.")
        if origin in (list, tuple):
            return [made(arguments[0], f"{place}[]")]
        if origin is dict:
            return {made(arguments[0], f"{place} name"): made(arguments[1], f"{place} value")}
        if not arguments:  # a number
            return annotation(1)
        # Of a Literal the first word; of Annotated or a union a text where it may be one.
        return arguments[0] if origin is Literal else made(str if str in arguments else arguments[0], place)

    made_up = {
        name: made(field.annotation, f"{place}{model.__name__}.{name}")
        for name, field in model.model_fields.items()
        if name not in exempt
    }
    return model.model_validate({**made_up, **given})


def unfolded(data: bytes) -> Iterator[bytes]:
    """Yield the bytes, and what long texts of their JSON hold as base64 of zlib."""
    yield data
    try:
        document = json.loads(data)
    except ValueError:
        return
    stack = [document]
    while stack:
        one = stack.pop()
        if isinstance(one, dict | list):
            stack += one.values() if isinstance(one, dict) else one
        elif isinstance(one, str) and len(one) > 100:
            try:
                yield zlib.decompress(base64.b64decode(one, validate=True))
            except ValueError:
                continue
            except zlib.error:
                continue
