"""Names and values that stand apart: tuples, markup, forms, blocks, keys of databases, drivers' own connections."""

import re

from inquest.contracts.redaction.named import FRESH, KEY_NAMES, QUOTE, is_secret
from inquest.contracts.redaction.rules import Rule

_ANCHORS = ("pass", "pwd", "secret", "key", "credential", "token", "pw")
_TELLING = r"(?=[^\s\"']{0,64}[\d!@#$%^&*])"  # else a list of names of fields would be one


def _named(shape: str, *, flags: re.RegexFlag = re.IGNORECASE) -> Rule:
    return Rule("password", _ANCHORS, re.compile(shape, flags), is_secret)


FORMS = (
    # Pairs: two strings in a tuple, a list of arguments, an Erlang term, a lookup with its default.
    _named(
        rf"(?P<kept>(?:{KEY_NAMES})(?:{QUOTE})?\s{{0,2}},\s{{0,3}}(?:<<)?(?:{QUOTE}))"
        rf"{FRESH}{_TELLING}[^\s\"'\\<>]{{3,1024}}"
    ),
    # A call that sets it: setPassword("…").
    _named(rf"(?P<kept>(?:{KEY_NAMES})\((?:{QUOTE})){FRESH}{_TELLING}[^\s\"'\\]{{3,1024}}"),
    # <key>password</key><string>…, <entry key="db.password">…, <wsse:Password Type="…">…
    _named(
        rf"(?P<kept>(?:{KEY_NAMES})(?:\"|</\w{{1,20}}|(?: [\w:]{{1,20}}=\"[^\"]{{0,200}}\"){{1,3}})?>\s{{0,40}}"
        rf"(?:<[\w:]{{1,20}}>|<!\[CDATA\[){{0,3}}){FRESH}[^<>\s\]]{{3,1024}}(?=[<\]])"
    ),
    # "field":"DbPassword","rejectedValue":"…"; variable "db_password" { default = "…"
    _named(
        rf"(?P<kept>\b(?:\w{{0,12}}(?:name|key)|field|path|variable)(?:{QUOTE})?[ \t]{{0,3}}[:= ][ \t]{{0,3}}"
        rf"(?:{QUOTE})?[\w./-]{{0,64}}(?:{KEY_NAMES})(?:{QUOTE})?[{{,\s]{{1,40}}"
        rf"(?:{QUOTE})?\w{{0,12}}(?:value|default|content)(?:{QUOTE})?[ \t]{{0,24}}[:=][ \t]{{0,3}}"
        rf"(?:{QUOTE})?){FRESH}[^\s\"'<>]{{3,1024}}"
    ),
    # Content-Disposition: form-data; name="password"
    _named(rf"(?P<kept>name=\"?\w{{0,32}}(?:{KEY_NAMES})\"?(?:\\r\\n|\r?\n){{2}}){FRESH}[^\r\n\\]{{3,1024}}"),
    # password: |
    _named(rf"(?P<kept>(?:{KEY_NAMES}):[ ]?[|>][+-]?\r?\n[ \t]{{1,40}}){FRESH}[^\n]{{3,1024}}"),
    # Key (reset_token)=(…) already exists
    _named(rf"(?P<kept>\(\w{{0,32}}(?:{KEY_NAMES})\)=\(){FRESH}[^)\n]{{3,1024}}"),
    Rule(
        "password",
        ("crypt('", "md5('", "sha1('", "sha256('"),
        re.compile(rf"(?P<kept>\b(?:crypt|md5|sha1|sha256)\('){FRESH}[^'\n]{{3,256}}(?=')", re.IGNORECASE),
        is_secret,
    ),
    Rule(
        "url-password",
        ("@tcp(", "@unix(", "oracle:thin:", "userid="),
        # go-sql-driver/mysql, and Oracle's user/password@service
        re.compile(
            rf"(?P<kept>(?<![\w.:-])[\w.-]{{1,64}}:){FRESH}[^\s\"']{{1,256}}(?=@(?:tcp|unix)\()"
            rf"|(?P<kept_too>(?:oracle:thin:|\buserid=)[\w.$-]{{1,64}}/){FRESH}[^\s\"'/@]{{1,256}}(?=@)",
            re.IGNORECASE,
        ),
    ),
    Rule(
        "password",
        ("enable secret", "snmp-server", "auth_pass", "tacacs", "storepass", "requirepass", "secret-string", "> auth "),
        # Settings of network gear and keepalived, Redis by hand, options that hold one.
        re.compile(
            r"(?P<kept>\b(?:enable secret(?: \d)?|snmp-server community|auth_pass|tacacs-server key(?: \d)?"
            r"|--?(?:storepass|requirepass|secret-string))[ \t]{1,3}[\"']?|> auth )"
            rf"{FRESH}[^\s\"']{{3,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
)
