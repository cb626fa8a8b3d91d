"""What tells of people: e-mail addresses, names in known fields and, where a tenant asks for it, IP addresses."""

import ipaddress
import re

from inquest.contracts.redaction.named import FRESH
from inquest.contracts.redaction.rules import Rule

_PERSON = (
    r"(?:first|last|full|given|family|middle|maiden|legal|customer|patient|card_?holder|account_?holder|holder|contact"
    r"|recipient|employee|passenger|guest|subscriber|beneficiary|billing|shipping|enduser|real)[ _.-]?name"
    r"|surname|forename|name on card|card[ _]?holder|account[ _]?holder"
)
# Not an address: names of ciphers, of systemd units, versions of packages.
_NO_MAIL = re.compile(
    r".*@(?:openssh\.com|libssh\.org)|git@.*|.*\.(?:service|socket|timer|mount|slice|scope|target|path|js|css|png|svg|so|py)",
    re.IGNORECASE,
)
EMAIL = Rule(
    "email",
    ("@", "%40"),
    re.compile(
        r"(?:(?<![\w.+%-])|(?<=%3D)|(?<=%3A)|(?<=%20))[\w.+'-]{1,64}(?:@|%40)(?!v?\d{1,4}\.\d)(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}(?![\w@-])"
    ),
    lambda value: not _NO_MAIL.fullmatch(value),
)
_WORD = r"[^\W\d_][\w.'\u2019-]{0,40}+"
_MORE = r"(?: (?-i:[A-Z\u00c0-\u00de])(?:[\w.'\u2019-]{0,40}+)(?![=:]))"
NAME = Rule(
    "name",
    ("name", "holder"),
    re.compile(
        rf"(?P<kept>(?<![a-z0-9])(?:{_PERSON})(?:\\?[\"'])?[ \t]{{0,3}}[=:][ \t]{{0,3}}(?P<quote>\\?[\"'])?){FRESH}"
        rf"(?(quote)(?:(?!(?P=quote))(?:\\.|[^\n\\])){{1,200}}|{_WORD}{_MORE}{{0,2}})",
        re.IGNORECASE,
    ),
    lambda value: value.lower() not in {"null", "none", "nil", "true", "false", "undefined"},
)
PERSON_NAME = re.compile(rf"(?:^|[._-])(?:{_PERSON})$", re.IGNORECASE)


def _is_address(value: str) -> bool:
    """Whether it is an address of somebody: not the machine's own, nor a mask."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or value.startswith("255."))


ADDRESSES = (
    Rule("ip", (".",), re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)"), _is_address),
    Rule(
        "ip",
        (":",),
        re.compile(r"(?<![\w:.])(?=[0-9a-fA-F:]{0,39}:[0-9a-fA-F]{0,4}:)[0-9a-fA-F:]{3,39}(?![\w:])"),
        _is_address,
    ),
)
