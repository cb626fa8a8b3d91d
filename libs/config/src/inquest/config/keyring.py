"""The keys that raw deliveries are sealed under: one JSON document, held by reference like any secret (ADR 0020)."""

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field, ValidationError, model_validator

from inquest.contracts.errors import Impossible, NotFound

RAW_KEYS_FILE = Path("secrets/raw-keys.json")  # in a data directory, where an embedded run keeps its own
KEY_BYTES = 32
KEYS_MAX = 64
_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RawKey(BaseModel):
    """One master key; the keys of tenants are derived from it."""

    model_config = _STRICT

    made_at: AwareDatetime
    secret: Annotated[Base64Bytes, Field(min_length=KEY_BYTES, max_length=KEY_BYTES, repr=False)]

    @property
    def key_id(self) -> str:
        """What the key is known by. It follows from the key, so that no id can stand beside another key."""
        return "k-" + hashlib.sha256(b"inquest raw key id:" + self.secret).hexdigest()[:16]


class Keyring(BaseModel):
    """All keys by id. What is sealed from now on is sealed under the current one; the others still open."""

    model_config = _STRICT

    current: str
    keys: dict[str, RawKey] = Field(min_length=1, max_length=KEYS_MAX)

    @model_validator(mode="after")
    def _ids_hold(self) -> Self:
        if self.current not in self.keys:
            raise ValueError("the current key is not among the keys")
        if wrong := [key_id for key_id, key in self.keys.items() if key.key_id != key_id]:
            raise ValueError(f"{', '.join(wrong)}: not the key of that id")
        return self

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the keyring in a document. Raises Impossible, and never repeats what it read."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise Impossible(f"not a keyring of raw deliveries: {where}: {first['msg']}") from None

    @classmethod
    def begin(cls, now: datetime) -> Self:
        """Return a keyring with one new key."""
        key = _new(now)
        return cls(current=key.key_id, keys={key.key_id: key})

    def rotated(self, now: datetime) -> "Keyring":
        """Return it with a new key as the current one; the old ones stay. Raises Impossible past KEYS_MAX."""
        if len(self.keys) >= KEYS_MAX:
            raise Impossible(f"the keyring holds {KEYS_MAX} keys: retire those that no delivery needs")
        key = _new(now)
        return Keyring(current=key.key_id, keys={**self.keys, key.key_id: key})

    def without(self, key_id: str) -> "Keyring":
        """Return it without a key. Raises NotFound, and Impossible for the current one."""
        if key_id not in self.keys:
            raise NotFound(f"there is no key {key_id}; there are {', '.join(self.keys)}")
        if key_id == self.current:
            raise Impossible(f"{key_id} is the current key: `inquest raw-keys rotate` first")
        return Keyring(current=self.current, keys={name: key for name, key in self.keys.items() if name != key_id})

    def render(self) -> str:
        """Return the document."""
        return self.model_dump_json(indent=2) + "\n"


def _new(now: datetime) -> RawKey:
    return RawKey.model_construct(made_at=now, secret=secrets.token_bytes(KEY_BYTES))


def write(path: Path, ring: Keyring, *, fresh: bool = False) -> None:
    """Write a keyring. Raises what `write_text` raises."""
    write_text(path, ring.render(), fresh=fresh)


def write_text(path: Path, text: str, *, fresh: bool = False) -> None:
    """Write a secret that its owner alone may read, whole or not at all.

    Raises FileExistsError where `fresh` and there is one, OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if fresh and path.exists():
        raise FileExistsError(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            os.link(beside, path)  # fails where another process was first
        else:
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def begin_in(data_dir: Path, now: datetime) -> Path:
    """Make the keyring of an embedded run where there is none yet; returns its file. Raises OSError."""
    path = data_dir / RAW_KEYS_FILE
    if not path.exists():
        with suppress(FileExistsError):  # another process was first, and there is one
            write(path, Keyring.begin(now), fresh=True)
    return path
