"""What tells of people: e-mail addresses, names in known fields and, where a tenant asks for it, IP addresses."""

import ipaddress
import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import COLOUR, FRESH, QUOTE

_PERSON = (
    r"(?:first|last|full|given|family|middle|maiden|legal|customer|patient|card[ _-]?holder|account[ _-]?holder"
    r"|policy[ _-]?holder|holder|contact"
    r"|recipient|employee|passenger|guest|subscriber|beneficiary|billing|shipping|enduser|real|payee|payer|buyer"
    r"|sender|receiver|applicant|insured"
    r"|traveler|traveller|attendee|student|borrower|signer|spouse|patron|emergency[ _-]?contact|ship[ _-]?to"
    r"|bill[ _-]?to|doctor|donor)[ _.-]?name"
    r"|surname|forename|name[ _-]?on[ _-]?card|card[ _-]?holder|account[ _-]?holder"
)
PERSON_PROBE = _PERSON
# Not an address: names of ciphers, of systemd units, versions of packages.
_NO_MAIL = re.compile(
    r".*@(?:openssh\.com|libssh\.org)|git@.*|.*\.(?:service|socket|timer|mount|slice|scope|target|path|js|css"
    r"|png|svg|so|py)",
    re.IGNORECASE,
)
_AT = r"(?:@|%(?:25){0,2}40|\\{1,7}u0040|\\x40|&#(?:64|x40);|&commat;| ?[\[(]at[\])] ?)"
EMAIL = Rule(
    "email",
    (),
    Shape(
        r"(?:(?<![\w.+%-])|(?<=%3D)|(?<=%3A)|(?<=%20)|(?<=%22)|(?<=%3C)|(?<=\\[nrt])|(?<=\[\dm)|(?<=\[\d\dm))(?!\.)"
        rf"(?:[\w.+'-]|%2[Bb]|%252[Bb]){{1,64}}{_AT}(?!v?\d{{1,4}}\.\d)(?:[^\W_][\w-]{{0,62}}\.){{1,8}}(?:"
        rf"[^\W\d_]{{2,24}}|xn--\w{{2,24}})(?:(?=_(?!\w))|(?![\w@-]))",
        re.IGNORECASE,
    ),
    lambda value: not _NO_MAIL.fullmatch(value),
    probe=r"@|%(?:25)*40|\\u0040|\\x40|&#(?:64|x40);|&commat;|[\[(]at[\])]",
)
_WORD = r"(?:[^\W\d_]|%[C-F][0-9A-F]%[0-9A-F]{2})(?:[\w.'\u2019-]|%[0-9A-F]{2}(?<!%20)(?<!%26)(?<!%2C)(?<!%22)){0,60}+"
_PARTICLE = (
    r"(?:van|von|vom|zu|zum|zur|der|den|de|del|della|di|da|dos|das|do|du|la|le|las|los|el|al|bin|bint|ibn|abu|ben|y"
    r"|e|ter|ten|af|av|st\.?)"
)
_GAP = r"(?: |\+|%20)"
# More names: capital letters, of scripts that have none any letters, what stands between.
_MORE = (
    rf"(?:(?:{_GAP}{_PARTICLE}(?=[ +%])){{0,3}}{_GAP}(?-i:(?=[A-Z\u00c0-\u00de\u0370-\u03ff\u0410-\u042f]"
    rf"|[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]|%C3%[89]|%C5|%D0)){_WORD}(?![=:]))"
)
SIGNED = (
    rf"(?:{QUOTE}|{COLOUR}|\]|[*_]{{1,2}}){{0,3}}[ \t]{{0,8}}(?:={{1,2}}>?|[:\uff1a]|%3[AD]|\|(?= )|->"
    rf"|- (?=[^\W\d_])|\)=\(| like )(?:{COLOUR}|[*_]{{1,2}})?[ \t]{{0,8}}(?:[\[(](?=[\"'])|[NEu](?=')|Str\("
    r"|<!\[CDATA\[)?"
)
_NONE = frozenset(
    {
        "null",
        "none",
        "nil",
        "true",
        "false",
        "undefined",
        "string",
        "str",
        "is",
        "required",
        "missing",
        "invalid",
        "unknown",
        "text",
        "varchar",
    }
)


def _is_name(value: str) -> bool:
    return value.lower().strip(" .,;") not in _NONE


NAME = Rule(
    "name",
    (),
    Shape(
        rf"(?P<kept>(?<![a-z0-9])(?:(?:\w{{1,24}}[_.])?"
        rf"|(?-i:[a-z]{{1,16}}(?=[A-Z])))(?:{_PERSON}){SIGNED}(?P<quote>{QUOTE})?+){FRESH}"
        rf"(?(quote)(?:(?!(?P=quote)(?!\w))(?:\\.|[^\n\\])){{1,200}}|{_WORD}{_MORE}{{0,3}})",
        re.IGNORECASE,
    ),
    _is_name,
    probe=PERSON_PROBE,
)
# <first_name>…</first_name>, FN:…, Key (full_name)=(…)
NAME_MARKED = Rule(
    "name",
    (),
    Shape(
        rf"(?P<kept><(?:\w{{1,16}}:)?\w{{0,16}}(?:{_PERSON})(?: [^<>]{{0,80}})?>(?:<!\[CDATA\[)?){FRESH}"
        rf"[^<>\]]{{2,200}}(?=[<\]])"
        rf"|(?P<kept_too>(?:(?m:^)|\\n|\\r)FN(?:;[\w=-]{{1,40}})?:){FRESH}[^\r\n\\]{{2,200}}",
        re.IGNORECASE,
    ),
    _is_name,
    probe=rf"<(?:\w{{1,16}}:)?\w{{0,16}}(?:{_PERSON})|fn[:;]",
)
# {"customer": {"name": "…"}}; a user is a person where it has two names.
_OBJECT = (
    r"(?:customer|patient|card_?holder|recipient|contact|passenger|guest|subscriber|beneficiary|payer|payee|buyer"
    r"|sender|attendee|employee|billing|shipping|billing_?(?:address|details)|shipping_?(?:address|details)"
    r"|bill_?to|ship_?to)"
)
NAME_NESTED = Rule(
    "name",
    (),
    Shape(
        rf"(?P<kept>(?:{QUOTE}|(?<![a-z0-9]))(?:{_OBJECT}|(?P<user>user))(?:{QUOTE})?\s{{0,3}}(?:[:=]"
        rf"|=>)\s{{0,3}}\{{[^{{}}]{{0,200}}?"
        rf"(?<![a-z0-9_.-])name(?:{QUOTE})?\s{{0,3}}(?:[:=]|=>)\s{{0,3}}(?P<quote>{QUOTE})){FRESH}"
        r"(?(user)(?-i:[^\W\d_][^\W\d_.'\u2019-]{0,40}(?: [^\W\d_][^\W\d_'\u2019.-]{0,40}){1,3})(?=(?P=quote))"
        r"|(?:(?!(?P=quote))[^\n\\]){2,200})",
        re.IGNORECASE,
    ),
    _is_name,
    probe=rf"(?:{_OBJECT}|user)\\*[\"']?\s{{0,3}}[:=]>?\s{{0,3}}\{{",
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
    Rule("ip", (".",), Shape(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)"), _is_address),
    Rule(
        "ip",
        (":",),
        Shape(r"(?<![\w:.])(?=[0-9a-fA-F:]{0,39}:[0-9a-fA-F]{0,4}:)[0-9a-fA-F:]{3,39}(?![\w:])"),
        _is_address,
    ),
)
