"""Applies rules to texts, columns of texts and attributes."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from inquest.contracts.redaction.accounts import ACCOUNT_NAME, ACCOUNTS, PHONE_NAME, PHONES, has_phone
from inquest.contracts.redaction.anchors import Anchored
from inquest.contracts.redaction.codes import ANSWER_NAME, CODE_NAME, CODES, is_code
from inquest.contracts.redaction.columns import COLUMNS, PEOPLE_COLUMNS
from inquest.contracts.redaction.commands import COMMANDS, GENERAL
from inquest.contracts.redaction.doors import URL_KEYS
from inquest.contracts.redaction.dumps import DUMPS
from inquest.contracts.redaction.forms import CONNECTIONS, FORMS, SQL
from inquest.contracts.redaction.hashes import HASHES
from inquest.contracts.redaction.identities import IDENTITIES, IDENTITY_NAME, has_identity
from inquest.contracts.redaction.keyed import KEYED
from inquest.contracts.redaction.listed import LISTED
from inquest.contracts.redaction.mixed import MIXED
from inquest.contracts.redaction.named import NAMED, SECRET_NAME
from inquest.contracts.redaction.people import ADDRESSES, EMAIL, NAME, NAME_MARKED, NAME_NESTED, PERSON_NAME
from inquest.contracts.redaction.persons import PERSONS, SURE_NAME
from inquest.contracts.redaction.places import HOUSE_NAME, PLACE_NAME, PLACES, is_house, is_place
from inquest.contracts.redaction.rules import Rule, Tag
from inquest.contracts.redaction.settings import GEAR, PROTOCOLS
from inquest.contracts.redaction.shapes import CARDS, OPAQUE, SECRETS
from inquest.contracts.redaction.shown import NESTED_NAMES, SHOWN
from inquest.contracts.redaction.spoken import SPOKEN
from inquest.contracts.redaction.tokens import TOKENS
from inquest.contracts.redaction.told import CREDENTIALS, TOLD, TOLD_KEYS

_TOLD_OF_PEOPLE = (
    ("name", PERSON_NAME, bool),
    ("name", SURE_NAME, bool),
    ("phone", PHONE_NAME, has_phone),
    ("account", ACCOUNT_NAME, bool),
    ("identity", IDENTITY_NAME, has_identity),
    ("address", PLACE_NAME, is_place),
    ("address", HOUSE_NAME, is_house),
)  # kinds of attributes by their names, where the value fits
_CHUNK_TEXTS = 512
_TAG_CHARS = 8  # 32 bits: among 10,000 values of a tenant two share a pseudonym with one chance in a hundred


@dataclass(frozen=True, slots=True)
class Policy:
    """What one tenant has removed.

    Attributes:
        personal: what tells of people, beside secrets: addresses, and names and numbers in fields that hold them.
        addresses: IP addresses too.
        own: the tenant's patterns, tried first.
        key: makes pseudonyms: the same value has the same mark within a tenant. Empty: marks name the kind alone.
    """

    personal: bool = True
    addresses: bool = False
    own: tuple[Rule, ...] = ()
    key: bytes = b""


class Redactor:
    """Removes what a policy names. A second pass changes nothing."""

    def __init__(self, policy: Policy) -> None:
        common = _common(personal=policy.personal, addresses=policy.addresses)
        self._rules = Anchored((*policy.own, *common.rules)) if policy.own else common
        self._personal = policy.personal
        self._tag = _tagger(policy.key)

    def compile(self) -> None:
        """Compile all patterns now; each takes a millisecond or two when it is first needed."""
        for rule in self._rules.rules:
            rule.pattern.search("")

    def text(self, text: str) -> str:
        """Return the text with everything that is known replaced."""
        return self._apply(text, self._rules.anywhere)

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Redact a column of texts; rules without anchors are tried where they find something in a chunk of it."""
        out: list[str] = []
        for start in range(0, len(texts), _CHUNK_TEXTS):
            chunk = texts[start : start + _CHUNK_TEXTS]
            anywhere = self._rules.present("\n".join(chunk))
            out.extend([self._apply(text, anywhere) for text in chunk])
        return out

    def attributes(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """Redact values, and wholly those whose name says that they are secret, or a person's."""
        return self.attribute_rows([attributes])[0]

    def attribute_rows(self, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """Redact like `attributes`, each value of all rows once: spans have few that differ."""
        values = list(dict.fromkeys(value for row in rows for value in row.values()))
        clean = dict(zip(values, self.texts(values), strict=True))
        pairs = {pair for row in rows for pair in row.items()}
        known = {(name, value): self._under(name, value, clean[value]) for name, value in pairs}
        return [{name: known[name, value] for name, value in row.items()} for row in rows]

    def _under(self, name: str, value: str, clean: str) -> str:
        if not value or clean.startswith("[redacted:"):
            return clean
        if SECRET_NAME.search(name) or ANSWER_NAME.search(name):
            return f"[redacted:password{self._tag(value)}]"
        if CODE_NAME.search(name) and is_code(value):
            return f"[redacted:code{self._tag(value)}]"
        if self._personal:
            told = (kind for kind, about, fits in _TOLD_OF_PEOPLE if about.search(name) and fits(value))
            if (kind := next(told, None)) is not None:
                return f"[redacted:{kind}{self._tag(value)}]"
        return clean

    def _apply(self, text: str, anywhere: tuple[int, ...]) -> str:
        for rule in self._rules.live(text, anywhere):
            text = rule.apply(text, self._tag)
        return text


def _tagger(key: bytes) -> Tag:
    if not key:
        return lambda _: ""

    def tag(value: str) -> str:
        made = hmac.new(key, value.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
        return f"#{made[:_TAG_CHARS]}"  # a colon would make of `password:` a name with a value

    return tag


@cache
def _common(*, personal: bool, addresses: bool) -> Anchored:
    """Return the rules that all tenants of these wishes share: to look through them takes a millisecond or two."""
    people = (
        (
            *ACCOUNTS,
            *PHONES,
            *IDENTITIES,
            *PLACES,
            *PERSONS,
            *NESTED_NAMES,
            EMAIL,
            NAME,
            NAME_MARKED,
            NAME_NESTED,
            *PEOPLE_COLUMNS,
        )
        if personal
        else ()
    )
    return Anchored(
        (
            *SECRETS,
            *TOKENS,
            *URL_KEYS,
            *HASHES,
            *COLUMNS,
            *CONNECTIONS,
            *DUMPS,
            *SHOWN,
            *FORMS,
            *SQL,
            *CREDENTIALS,
            *NAMED,
            *KEYED,
            *CODES,
            *COMMANDS,
            *LISTED,
            *GENERAL,
            *GEAR,
            *PROTOCOLS,
            *TOLD,
            *TOLD_KEYS,
            *MIXED,
            *SPOKEN,
            *OPAQUE,
            *people,
            *CARDS,
            *(ADDRESSES if addresses else ()),
        )
    )
