"""What passwords were made into: hashes that can be guessed, and keys that are encoded."""

import base64
import binascii
import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import KEY_NAMES, START

_HASHES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("$2a$", "$2b$", "$2x$", "$2y$"), r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}"),
    (
        ("$1$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$md5$", "$sha1$", "$8$", "$9$", "$gy$", "$sm3$"),
        r"\$(?:1|5|6|7|8|9|y|gy|sm3|apr1|md5|sha1)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9$,=]{1,64}\$[./A-Za-z0-9]{16,128}",
    ),
    (
        ("$argon2", "$scrypt$", "$pbkdf2"),
        r"\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-[\w-]{1,20})?)\$[\w=,.+/-]{1,64}(?:\$[\w=,.+/-]{1,128}){1,4}",
    ),
    (
        ("pbkdf2", "scrypt:", "argon2$", "bcrypt"),
        r"(?:pbkdf2_sha\d+|pbkdf2:sha\d+:\d+|scrypt:\d+:\d+:\d+|argon2|bcrypt(?:_sha\d+)?)\$[\w=,.+/$-]{16,256}",
    ),
    (("$p$", "$h$", "$s$"), r"\$[PHS]\$[./A-Za-z0-9]{31,60}"),
    (
        ("{ssha", "{sha", "{smd5}", "{md5}", "{crypt}", "{bcrypt}", "{pbkdf2"),
        r"\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|bcrypt|PBKDF2[\w-]{0,12})\}[A-Za-z0-9+/=$.]{16,256}",
    ),
    (
        ("scram-sha-",),
        r"SCRAM-SHA-\d{1,3}\$\d{1,7}:[A-Za-z0-9+/=]{8,64}\$[A-Za-z0-9+/=]{20,128}:[A-Za-z0-9+/=]{20,128}",
    ),
    (("sha1$", "sha256$", "md5$"), r"(?:sha1|sha256|md5)\$[A-Za-z0-9]{4,32}\$[0-9a-f]{32,64}"),
    ((":::",), r"(?<=:)[0-9a-fA-F]{32}:[0-9a-fA-F]{32}(?=:::)"),
    (("aad3b435b51404ee",), r"aad3b435b51404eeaad3b435b51404ee(?::[0-9a-f]{32})?"),
    (("'*", '"*', " *"), r"(?<=['\" ])\*[0-9A-F]{40}"),
    (("0x0200", "0x0100"), r"0x0[12]00[0-9A-Fa-f]{48,140}"),
    (("$krb5",), r"\$krb5\w{1,10}\$[^\s\"']{16,4096}"),
)


def _decoded(value: str) -> str:
    """Return what base64 says, as far as it can be read."""
    bare = "".join(value.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare[: len(bare) // 4 * 4][:8192]).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""


_NAMES = re.compile(rf"PRIVATE KEY|(?:{KEY_NAMES}|\"auths?)[\"']?[ \t]{{0,3}}[:=]", re.IGNORECASE)
HASHES = (
    *(Rule("password", anchors, Shape(rf"(?<![A-Za-z0-9])(?:{shape})(?![A-Za-z0-9/+])")) for anchors, shape in _HASHES),
    # Base64 of a key or of a document that has a secret's name in it.
    Rule(
        "encoded",
        ("ls0tls1crudj", "ewo", "eyj", "eyai", "ey"),
        Shape(rf"{START}(?:LS0tLS1CRUdJ|ewo|eyJ|eyAi)[A-Za-z0-9+/_-]{{20,32768}}={{0,2}}(?![\w.+/-])"),
        lambda value: _NAMES.search(_decoded(value)) is not None,
    ),
)
