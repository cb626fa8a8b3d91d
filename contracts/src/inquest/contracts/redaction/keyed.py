"""Drawn values under names that end as names of keys do."""

import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import ASSIGN, FRESH, OPEN, VALUE, is_secret, is_told, named

# Keys that open nothing: of rows, of caches, of messages.
_OTHER = re.compile(
    r"(?:cache|partition|primary|sort|object|idempotency|foreign|routing|dedup\w*|public|pub|lock|row|group|redis"
    r"|message|msg|record"
    r"|host|map|hash|range|shard|bucket|s3|index|lookup|correlation|request|trace|event|document|doc|entity|item"
    r"|order|job|task|issue"
    r"|project|user|unique|natural|surrogate|composite|known|band|accession|config|setting|feature|flag"
    r"|translation|i18n|log|metric|label"
    r"|aggregation|join|state|store|stream|topic|kafka|etag|content|file|path|storage|image|artifact|alert"
    r"|incident|fingerprint|dashboard"
    r"|workflow|template|pod|process|run|build|step|execution|instance|span|thread|queue|schema|component|tag|ticket"
    r"|batch|chunk|checkpoint|offset|segment|activity|schedule|timer|operation"
    r"|websocket|sshd?|known_hosts|hostkey|keyboard|hot|short|arrow|kms|cmk|customer)[_-]?(?:key)",
    re.IGNORECASE,
)
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DRAWN = (
    rf"(?:{UUID}|[A-Za-z0-9_-][A-Za-z0-9+/_=~-]{{15,1024}}"
    rf"(?:\.[A-Za-z0-9_-]{{16,512}}){{0,2}})"
)
_DIGITS_MANY = 5
_LETTERS_MANY = 20
_END = r"(?![\w/.:@-]{0,64}[\\/:@.]\w)"


def is_drawn(value: str) -> bool:
    """Whether letters and digits of it are mixed as nobody would write them."""
    bare = value.strip("\"'=")
    digits, letters = sum(map(str.isdigit, bare)), sum(map(str.isalpha, bare))
    turns = len(re.findall(r"(?=\d[A-Za-z]|[A-Za-z]\d)", bare))
    cases = len(re.findall(r"(?=[a-z][A-Z]|[A-Z]{2}[a-z])", bare))
    worded = len(re.findall(r"[A-Za-z][a-z]{4,}", bare)) > len(bare) // 16 and digits < _DIGITS_MANY
    mixed = digits >= 2 and turns >= max(3, len(bare) // 8)
    restless = (digits >= 1 or len(bare) >= _LETTERS_MANY) and turns + cases >= len(bare) / 4
    return letters >= 2 and ((mixed and not worded) or restless) and is_secret(bare)


KEYED = (
    # What a secret key or a seed is called where a store of keys, or a round of money, is called so too.
    Rule(
        "password",
        ("material", "private"),
        Shape(
            rf"(?P<kept>(?<![A-Za-z0-9])(?:key[_-]?material|private[ _-]seed)(?:[_-](?:plaintext|b64|base64|hex))?"
            rf"(?:{ASSIGN}|>){OPEN}){FRESH}(?!(?-i:[A-Z_]+)\b)[A-Za-z0-9+/=_-]{{12,512}}",
            re.IGNORECASE,
        ),
        is_drawn,
    ),
    named(
        rf"(?<![A-Za-z])clave[ _-](?:de[ _-])?(?:acceso|secreta){ASSIGN}{OPEN}",
        VALUE,
        "clave",
        accept=is_told,
    ),
    # …_KEY=, X-Some-Key:, …_PAT=, whatever stands in front; values that are drawn.
    Rule(
        "password",
        (),
        Shape(
            rf"(?P<kept>(?<![\w.-])(?!(?:[\w.-]{{0,40}}[_.-])?(?:{_OTHER.pattern})\b)[\w.-]{{0,40}}"
            r"(?:[_-](?:key|pat|team|private|license|signature|auth|seed|hmac)|(?-i:[a-z0-9](?:Key|Pat|Pat))|appid"
            rf"|app_id_key|apikey_\w{{1,12}}|dsn_key)"
            rf"(?:[_-]?(?:v?\d|id|prod|dev|live|test))?{ASSIGN}{OPEN}){FRESH}{_DRAWN}{_END}",
            re.IGNORECASE,
        ),
        is_drawn,
        probe=r"(?:key|[_-]pat|-team|_private|apikey_[a-z]{1,12}|appid|[_-]license|[_-]seed"
        r"|[_-]auth)(?:[_-]?(?:v?\d|id|prod|dev|live|test))?[\"'\\` ]{0,40}(?:[:=]|%3d)",
    ),
    named(
        r"\b(?:(?:secret|session)[ _-]?id|(?:secret|session|auth|access|lease|bootstrap|acl|master|agent|root)[ _-]?"
        r"(?:token|accessor))[ \t]{0,24}[:=][ \t]{0,40}\"?",
        rf"{UUID}",
        *("secret id", "secretid", "secret_id", "token", "secret-id"),
        accept=None,
    ),
    named(
        r"(?<![\w-])(?:-t|-token|--token|-k|--key)[ =]",
        rf"{UUID}(?!\w)",
        *("-t ", "-t=", "-k ", "-k=", "token", "--key"),
        accept=None,
        also=("codecov", "upload", "cov", "report", "token", "--key", "agent", "sentry"),
    ),
    # name:secret to a server
    # A jar of cookies: the last of seven columns.
    named(
        r"\t(?:TRUE|FALSE)\t/\S{0,128}\t(?:TRUE|FALSE)\t\d{1,12}\t[\w.$-]{1,128}\t",
        r"[^\s]{16,4096}",
        "\ttrue\t",
        "\tfalse\t",
    ),
    named(
        r"(?<![\w-])(?:-u|--user)[ =]?[\"']?(?:[\w.@$+-]{1,64}|\[redacted:[\w-]{1,20}(?:#\w{1,16})?\]):",
        r"(?!//)[^\s\"'`\\]{4,1024}",
        "-u",
        "--user",
        accept=is_drawn,
    ),
    # A key for all members of a cluster, as base64 of 16 to 32 bytes.
    named(
        r"(?<![\w-])(?:encrypt|gossip|-encrypt|retry_encrypt|serf_key)[\"']?(?:[ \t]{0,3}[:=][ \t]{0,3}|[ =])[\"']?",
        r"[A-Za-z0-9+/]{22,43}={1,2}",
        "encrypt",
        "gossip",
        accept=None,
    ),
    named(
        r"(?:\[(?:client|mon|osd|mds|mgr)\.[\w.-]{0,64}\][^\[\]]{0,128}?\b|\bceph\b[^\n]{0,80}?\b"
        r"|(?m:^)[ \t]{1,8})key[ ]?=[ ]?",
        r"A[A-Za-z0-9+/]{37}==",
        "key",
        accept=None,
    ),
    named(r"\btlspsk(?:identity)?(?:value|file)?[ ]?[:=][ ]?", r"[0-9a-f]{32,512}", "tlspsk", accept=None),
    named(
        r"\bkey[_-]?file(?:[ _-]?(?:content|contents|data|body))?[ ]?[:=][ ]?[|\s\"']{0,8}",
        r"[A-Za-z0-9+/]{64,1024}={0,2}",
        "keyfile",
        "key_file",
        "key-file",
        accept=None,
    ),
    named(
        r"\bapi-?_?key (?:store|set|add|create|use)[ ](?:[A-Z0-9]{16}[ ])",
        r"[A-Za-z0-9+/]{40,80}={0,2}",
        "key store",
        "key set",
        "key add",
        "key use",
        accept=None,
    ),
    named(
        r"\b(?:login|robot|robot account)[ :]{1,2}[\w.-]{1,64}\+[\w.-]{1,64}(?: ?[/:] ?| )",
        r"[A-Z0-9]{40,80}",
        "login",
        "robot",
        accept=None,
    ),
    named(
        r"(?<![\w-])(?:/rp|/p|/pass(?:word)?|-rp|/savecred)[ :=]\"?",
        r"[^\s\"'/][^\s\"']{3,256}",
        "/rp",
        "/p ",
        "/p:",
        "/pass",
        also=("schtasks", "runas", "cmdkey", "net ", "psexec", "wmic", "mstsc", "sc "),
        accept=is_secret,
    ),
)
