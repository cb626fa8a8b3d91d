"""What a hostile or broken sender makes of a good input. Everything follows from the seed."""

import json
import random
import string
from typing import Any

DEEP = (b"[" * 50_000, b'{"a":' * 20_000, b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.1, 1e308, -1e308, 1e20, 2**31, 2**63, -(2**63) - 1, 10**30, 253402300800, -1e12),
    *("", " ", "\x00", "\ud800", "\u202e", "😀" * 20, "a" * 5_000, "-", "null", "NaN", "\n\r\n", "é", "ﷺ" * 300),
    *("2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "2026-13-45T99:99:99+99:99"),
    *("1e400", "-0", "../../etc/passwd", "';--", "${jndi:ldap://x}", "{{7*7}}", "%s%n%x", "<script>", "=1+1", "*", ">"),
    *([], {}, [[]], [None], {"": None}, {"a": {"a": {"a": {}}}}, float("nan"), float("inf"), -float("inf")),
)
_CONTROL = "".join(map(chr, range(32))) + "\x7f\x80\xff"


class Mutator:
    """Draws mutations; two of one seed draw the same."""

    def __init__(self, seed: int | str) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a test, no secret

    def body(self, sample: bytes) -> bytes:
        """Return a body made of a good one: as it is, with other values, with other bytes, or none of it."""
        draw = self.dice.random()
        if draw < 0.03:
            return sample
        if draw < 0.65:
            return self.document(sample)
        if draw < 0.9:
            return self.broken(sample)
        if draw < 0.995:
            return self.dice.randbytes(self.dice.randrange(200))
        return self.dice.choice(DEEP)

    def document(self, sample: bytes) -> bytes:
        """Return JSON with one to four values, names or items changed; bytes where it is no JSON."""
        try:
            value = json.loads(sample)
        except ValueError:
            return self.broken(sample)
        for _ in range(self.dice.choice((1, 1, 1, 2, 4))):
            value = self.changed(value)
        return json.dumps(value, ensure_ascii=self.dice.random() < 0.9).encode(errors="surrogatepass")

    def changed(self, value: Any) -> Any:
        """Return the value with one change somewhere in it."""
        if self.dice.random() < 0.1:
            return self.odd(value)
        if isinstance(value, dict) and value:
            return self._object(value)
        if isinstance(value, list) and value:
            return self._list(value)
        return self.odd(value)

    def _object(self, value: dict[str, Any]) -> dict[str, Any]:
        name = self.dice.choice(list(value))
        draw = self.dice.random()
        rest = {key: item for key, item in value.items() if key != name}
        if draw < 0.1:
            return rest
        if draw < 0.15:
            return {**rest, str(self.odd(name)): value[name]}
        return {**value, name: self.changed(value[name])}

    def _list(self, value: list[Any]) -> list[Any]:
        index = self.dice.randrange(len(value))
        draw = self.dice.random()
        if draw < 0.1:
            return value[:index] + value[index + 1 :]
        if draw < 0.12:
            return value * min(200, max(2, 4000 // len(value)))
        return [*value[:index], self.changed(value[index]), *value[index + 1 :]]

    def odd(self, value: Any) -> Any:
        """Return something that does not belong there."""
        draw = self.dice.random()
        if isinstance(value, str) and draw < 0.3:
            return self.text(value)
        if isinstance(value, int | float) and draw < 0.3:
            return value * self.dice.choice((-1, 1000, 1e-9, 1e12))
        if draw < 0.35:
            return [value]
        if draw < 0.4:
            return {"value": value}
        return self.dice.choice(ODD)

    def text(self, sample: str) -> str:
        """Return text with characters changed, doubled or left out."""
        at = self.dice.randrange(len(sample) + 1)
        added = self.dice.choice((_CONTROL, string.printable, "😀é\u202e")) if self.dice.random() < 0.7 else sample
        extra = "".join(self.dice.choices(added or " ", k=self.dice.choice((0, 1, 3, 40))))
        return sample[:at] + extra + sample[at + self.dice.randrange(3) :]

    def broken(self, sample: bytes) -> bytes:
        """Return bytes that are flipped, cut, doubled or put in."""
        data = bytearray(sample)
        for _ in range(self.dice.choice((1, 1, 2, 8))):
            at = self.dice.randrange(len(data) + 1)
            how = self.dice.randrange(5)
            if how == 0 and at < len(data):
                data[at] ^= 1 << self.dice.randrange(8)
            elif how == 1:
                del data[at:]
            elif how == 2:
                data[at:at] = self.dice.randbytes(self.dice.choice((1, 2, 16)))
            elif how == 3:
                data[at:at] = data[at : at + 300]
            else:
                del data[at : at + self.dice.randrange(20)]
        return bytes(data)

    def token(self, good: str) -> str:
        """Return a token of a subject or a path: mostly the good one, else one that the grammar allows or just not."""
        draw = self.dice.random()
        if draw < 0.7:
            return good
        if draw < 0.9:
            return "".join(self.dice.choices("abcdefghijklmnopqrstuvwxyz0123456789-", k=self.dice.choice((1, 8, 48))))
        return self.dice.choice(("A_B", "x" * 49, "é", "-", "a%2fb", "%", "~", "..", "null"))

    def from_schema(self, schema: dict[str, Any], defs: dict[str, Any] | None = None) -> Any:
        """Return a value that mostly fits a JSON Schema as pydantic writes it."""
        defs = defs if defs is not None else schema.get("$defs", {})
        if "$ref" in schema:
            return self.from_schema(defs[schema["$ref"].rpartition("/")[2]], defs)
        if choices := schema.get("anyOf") or schema.get("allOf"):
            return self.from_schema(self.dice.choice(choices), defs)
        if "enum" in schema or "const" in schema:
            return self.dice.choice(schema.get("enum") or [schema["const"]])
        if "properties" in schema:
            return {
                name: self.from_schema(of, defs)
                for name, of in schema["properties"].items()
                if name in schema.get("required", ()) or self.dice.random() < 0.4
            }
        if schema.get("type") == "array":
            return [self.from_schema(schema.get("items", {}), defs) for _ in range(self.dice.randrange(4))]
        return self._scalar(schema)

    def _scalar(self, schema: dict[str, Any]) -> Any:
        if schema.get("format") == "date-time":
            return f"2026-0{self.dice.randint(1, 9)}-01T1{self.dice.randint(0, 9)}:00:00Z"
        good = {"string": "checkout", "integer": 3, "number": 1.5, "boolean": True, "object": {"a": 1}}
        return good.get(str(schema.get("type")))
