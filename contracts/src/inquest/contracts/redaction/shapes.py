"""Secrets, and what tells of people, that are known by their own shape."""

import base64
import re
from itertools import pairwise

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, START

_KEY = Rule(
    "private-key",
    ("private key", "openvpn static key", "ssh2 encrypted"),
    Shape(
        r"-{4,5} ?BEGIN (?:OpenVPN Static key V1"
        r"|SSH2 ENCRYPTED PRIVATE KEY) ?-{4,5}(?:[^-]|-(?!---)){0,16384}(?:-{4,5} ?END [\w ]{1,40}-{4,5})?"
        r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){0,16384}"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"
    ),
)
_KEY_LINE = Rule(
    "private-key",
    ("mii", "b3blbnnzac1rzxktdje"),
    # The first line of a key whose lines were logged one by one.
    Shape(r"^(?:MII[A-Za-z0-9+/]{57,73}|b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/]{40,60})$", re.MULTILINE),
)
# PuTTY's own form, and JSON Web Keys.
_KEY_PARTS = Rule(
    "private-key",
    ("private-lines", '"d', '"k', '"p"', '"q'),
    Shape(
        r"(?P<kept>Private-Lines: \d{1,3}(?:\r?\n|\\n|\\r\\n))(?!\[redacted:)(?:[A-Za-z0-9+/=]{1,128}(?:\r?\n"
        r"|\\n|\\r\\n|$)){1,200}"
        r"|(?P<kept_too>\\?\"(?:d|k|p|q|dp|dq|qi)\\?\":[ ]?\\?\")(?!\[redacted:)[\w-]{32,2048}(?==?\\?\")"
    ),
)
_JWT = Rule(
    "jwt",
    ("eyj",),
    Shape(
        rf"{START}eyJ[A-Za-z0-9_-]{{8,4096}}\.[A-Za-z0-9_-]{{4,8192}}\.[A-Za-z0-9_-]{{0,4096}}(?:\."
        rf"[A-Za-z0-9_-]{{1,4096}}){{0,2}}"
    ),
)
_PLACEHOLDER = re.compile(
    r"\$\{[\w:.-]{1,60}\}|\$[A-Z][A-Z0-9_]{2,60}|\*{2,}|[xX]{3,}|\{\{[^{}]{1,80}\}\}|%[A-Z_]{2,60}%"
    r"|\$\([\w ./-]{1,80}\)|(?:%3C|<)\w{1,40}(?:%3E|>)"
)
_URL_PASSWORD = Rule(
    "url-password",
    ("://",),
    # The last @ before the host ends it, as in a password that holds one; what looks like a port and a path is none.
    Shape(
        rf"(?P<kept>\b[A-Za-z][A-Za-z0-9+._-]{{1,20}}:(?://|\\?/\\?/|%2F%2F)[^\s/:@\"'<>\[]{{0,128}}:){FRESH}"
        r"(?!\d{1,5}(?:[/?#]|$))[^\s\"'<>]{1,256}(?=@[\w.\[(-])"
    ),
    lambda value: not _PLACEHOLDER.fullmatch(value),
)
_URL_TOKEN = Rule(
    "url-password",
    ("://",),
    Shape(rf"(?P<kept>\bhttps?://){FRESH}(?=[A-Za-z_-]{{0,256}}\d)[\w-]{{20,256}}(?=@[\w.-])"),
)


_NAMES = re.compile(r"pass|pwd|secret|token|key|auth|credential|session", re.IGNORECASE)


def _is_plain(value: str) -> bool:
    """Whether it is base64 of words, or of a document of words, in which nothing is drawn and no secret is named."""
    try:
        said = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return False
    worded = said.isprintable() and (said.count(" ") >= 2 or said[:1] + said[-1:] == "{}")
    return worded and not _NAMES.search(said) and not re.search(r"[\w+/-]{20}", said)


def _is_random(value: str) -> bool:
    """Whether letters of both cases and digits change places as in a drawn token, and not as in the name of a class."""
    if _is_plain(value):
        return False
    kinds = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in value if char.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    return set(kinds) == {"d", "u", "l"} and kinds.count("d") >= 3 and changes >= len(kinds) / 3


_OPAQUE = Rule(
    "opaque-token",
    (),
    # Long and drawn at random: a token of an issuer that nobody listed, or an id, which its pseudonym still tells
    # apart. Discord's are three such parts.
    Shape(
        r"(?:(?<![\w./+-])|(?<=%[0-9A-F]{2})|(?<=\[\dm)|(?<=\[\d\dm)"
        r"|(?<=\\[nrt]))(?:[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,40}"
        r"|(?<!SHA256:)(?<!h1:)(?<!PublicKey = )(?<!PublicKey=)(?<!peer: )(?<!public key: )(?<!(?i:amz-id-2): )"
        r"(?<!(?i:Request ID): )(?<!Host ID: )(?<!HostId>)(?<!image/png;base64,)(?<!image/gif;base64,)"
        r"(?<!image/jpeg;base64,)(?<!image/jpg;base64,)(?<!image/webp;base64,)"
        r"(?<!image/svg\+xml;base64,)(?!(?<=\"n\":\")[\w-]{256})(?!(?<=\"n\": \")[\w-]{256})(?!sha\d{3}-)(?!AAAA"
        r"(?:[BC]3NzaC1|E2VjZHNh"
        r"|[GI]nNrLX))[A-Za-z0-9_-]{36,1024})(?![\w/+-])"
    ),
    _is_random,
    probe=r"[\w-]{36}|[mno][a-z\d]{23,27}\.[\w-]{6}\.",
)


def _luhn(value: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1, annex B)."""
    digits = [int(char) for char in reversed(value.replace("%20", " ")) if char.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


# Issuers' ranges with their lengths; groups as they are printed, all with one separator.
_CARD = Rule(
    "card",
    (),
    Shape(
        r"(?<![\w.-])(?:(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|64[4-9]\d|65\d\d|35[2-8]\d|62\d\d|5018|5020|5038"
        r"|6304|6759|676[1-3]|220[0-4]|6362)"
        r"([ .\u00a0-]?|%20|\+)\d{4}\1\d{4}\1\d{4}(?:(?<=[ -]\d{4})\1\d{3})?"
        r"|3[47]\d\d([ .\u00a0-]?|%20|\+)\d{6}\2\d{5}|3(?:0[0-5]|[68]\d)\d([ .\u00a0-]?|%20|\+)\d{6}\3\d{4})"
        r"(?![\w-]|\.\d)"
    ),
    _luhn,
    probe=r"[2-6]\d{3}(?:[ .\x{a0}+-]|%20)?\d{4}(?:[ .\x{a0}+-]|%20)?\d{2}",
)
# 19 digits without a gap are an id oftener than a card: then a word tells.
_LONG_CARD = Rule(
    "card",
    (),
    Shape(
        r"(?P<kept>(?:card|\bpan\b|\bcc|number|visa|unionpay|mastercard|payment|paid|charge|authori[sz]e)"
        r"[^\d\n]{0,24})(?:4\d{18}"
        r"|62\d{17}|6[37]\d{17})(?!\w|\.\d)",
        re.IGNORECASE,
    ),
    _luhn,
    probe=r"[46]\d{18}",
)
SECRETS = (_KEY, _KEY_LINE, _KEY_PARTS, _JWT, _URL_PASSWORD, _URL_TOKEN)
OPAQUE = (_OPAQUE,)
# What the stripe of a card says, with the name of who holds it.
_TRACK = Rule("card", ("%b",), Shape(r"%B\d{12,19}\^[^^\n]{2,30}\^\d{4,40}\??"))
CARDS = (_TRACK, _CARD, _LONG_CARD)
