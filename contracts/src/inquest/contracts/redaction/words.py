"""Names of secrets, what stands between a name and its value, and which values are none."""

import re
from collections.abc import Callable

from inquest.contracts.redaction.rules import Rule, Shape

FRESH = r"(?!\[redacted:)"  # what an earlier rule replaced stays
QUOTE = r"\\{0,15}(?:[\"']|u002[27])|%(?:25)?2[27]|&(?:quot|apos|#3[49]);"
LINE = r"(?:\r?\n|\\r\\n|\\n)"  # the end of one, as it is or escaped
COLOUR = r"(?:\x1b|\\u001[bB]|\\x1b|\\033|\\e)\[[\d;]{0,8}m"
# Where a token may begin: not within a word, but after what escapes, encodes or colours it.
START = (
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\[\dm)|(?<=\[\d\dm)|(?<=\[\d;\d\dm)|(?<=\[\d\d;\d\dm)"
    r"|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4}))"
)
# Between a name and its value: what closes the name, the sign, what wraps the value in code, tables and Markdown.
_CLOSED = (  # not that of a mark
    r"(?<=[\"'])\]|(?<=\[:password)\]|(?<=\[:secret)\]|(?<=_password)\]|(?<=_token)\]|(?<=_key)\]"
    r"|\](?= ?=)(?<![:-]password\])(?<![:-]token\])(?<![:-]key\])"
)
_SIGN = (
    r": ?(?:str|string|String|bytes|char\[\]|text) =|={1,3}>{0,2}|!={1,2}|<>|[-~]>|\u2192|:=|: ?:(?= )|[:\uff1a]"
    r"|(?<![\"'] )[|\u2502\u2503\u2551](?= )|>>"
    r"|%(?:25)?3[AaDd]|&#61;|\.{4,64}:?|<-"
)
ASSIGN = (  # atomic: what an earlier pass replaced is not reached by a shorter sign
    rf"(?>(?:{QUOTE}|[)`*_]|%5D|{_CLOSED}|{COLOUR}){{0,4}}(?:[ ]?[\[(](?!\["
    rf"|redacted)[A-Za-z][\w .-]{{0,24}}[)\]](?=[:=]))?[ \t]{{0,40}}(?:{_SIGN})(?:{COLOUR}|\*{{1,2}}(?!\*)|__"
    rf"|</\w{{1,10}}>|&nbsp;|\\t){{0,3}}[ \t]{{0,24}}"
    r"(?:<<|\[\](?:string|byte)[{(]|(?:Some|Just|Ok|Optional|Secret(?:Str|String|Value)?|S(?:tr|lice)|str"
    r"|String(?:Value)?)[(\[]"
    rf"|string\(\d{{1,4}}\) |<!\[CDATA\[|\{{(?:{QUOTE})(?:stringValue|S|value|\$)(?:{QUOTE}): ?|[`\[(](?=[\"'`])"
    r"|`(?!(?:cat|echo|printf) )"
    rf"|\[(?=\\{{1,15}}[\"'])|[\u201c\u201e\u2018\u00ab]|{COLOUR}|[NEbruf](?=['\"])){{0,2}})"
)
OPEN = rf"(?P<quote>{QUOTE})?+"
_WORD = r"[^\s\"'&;,}<>\\\u201d\u201c\u2019\u00bb]"
# A value: all of it within the quotes that OPEN found, or up to what separates.
VALUE = (
    rf"(?(quote)(?:(?!(?P=quote))(?:\\.|[^\n\\])){{1,1024}}|(?!\\[\"'])(?:(?!%26|%22|%2C){_WORD}"
    rf"|&(?![\w.%-]{{1,40}}=|\w{{1,6}};|#|\s|$)){{1,1024}})"
)
PLAIN = r"[^\s\"'`\\]"
_PASSWORDS = (
    r"passwo?r?ds?(?!: {1,24}(?:files|compat|sss|systemd|ldap|nis|winbind)\b)"
    r"|passwort|kennwort|mot[ _-]?de[ _-]?passe|contrase(?:\u00f1|n)a|senha"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c"
    r"|\u30d1\u30b9\u30ef\u30fc\u30c9|\u5bc6\u7801|\u5bc6\u78bc|\ube44\ubc00\ubc88\ud638|wachtwoord|has\u0142o"
    r"|haslo|l\u00f6senord|losenord"
    r"|adgangskode|passord|salasana|heslo|\u015fifre|sifre|jelsz\u00f3|lozinka"
    r"|\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2"
    r"|pwd|passphrase|passcode|(?:(?<![a-z])|(?-i:(?<=[a-z])(?=P)))pass(?!: ?(?:test|\w{1,60}\())"
    r"(?!=\d{1,6} (?:warn|fail|err|skip))"
    r"|(?:(?<![a-z])|(?-i:(?<=[a-z])(?=P)))(?:bind|root|admin|user|db|rpc)?[_-]?pw"
)
_SUFFIX = (
    r"(?:[_.-]?(?:hash(?:ed)?|digest|encrypted|crypt(?:ed)?|plain(?:[_-]?text)?|clear(?:[_-]?text)?|value|base64|b64"
    r"|confirm(?:ation)?|repeat|again|verify|old|new|current|temp|string|\d{1,2}))?"
)
_KEYS = (
    r"api|app(?:lication)?|access|client|secret|private|signing|encrypt(?:ion)?|decrypt(?:ion)?|master|account"
    r"|license|auth"
    r"|ssh|gpg|rsa"
    r"|storage|webhook|hmac|jwt|aes|shared|pre[_-]?shared|symmetric|cipher|deploy|integration|subscription"
    r"|functions?|admin|fernet"
    r"|recovery|write|ingest(?:ion)?|session|consumer|merchant|vault|unseal|root|service(?:[_-]?role)?"
    r"|super[_-]?user|bot"
    r"|sas|sdk|crypto|cookie|wallet|ftp|smtp|wireguard|wg|otp|totp|mfa|2fa|backup|provisioning|activation|registration"
)
KEY_NAMES = (
    rf"(?:{_PASSWORDS}){_SUFFIX}|(?<![a-z])(?:psk|creds)|mnemonic(?=.{{20}})|psksecret"
    rf"|secret[_-]id(?=.{{1,6}}[0-9a-f]{{8}}-)"
    r"|(?<!\d:)(?<!existing)(?<!existing[_-])(?<!pull)secret(?:[ _.-]?(?:value|string|text|b(?:inary|ytes|ase64"
    r"|64)|data))?|(?<!load)(?<!import)credentials?"
    rf"|(?:{_KEYS})[ _.-]?key(?:[_.-]?(?:base|data|value|secret|b64|base64|pem|\d))?"
    r"|(?<!page)(?<!page[_-])(?<!sync)(?<!sync[_-])(?<!nuation)(?<!nuation[_-])(?<!ination)(?<!ination[_-])"
    r"(?<!ellation)(?<!ellation[_-])(?<!next)(?<!next[_-])token(?:[_-]?"
    r"(?:value|secret|string))?"
    r"|(?<![a-z])(?:php|j|asp\.net_|connect\.)?sess(?:ion)?_?id|connect\.sid|auth_?tok|(?<=_)auth"
    r"|(?<![a-z])bearer|(?<![a-z])[cx]srf|(?<![a-z])jwt"
    r"|(?:totp|mfa|otp|2fa|wallet)[ _-]?seed"
    r"|code_verifier|samlresponse|client_assertion|unseal_keys?(?:_b64|_hex)?"
    r"|(?:erlang|erl|release)[_-]?cookie"
)
KEY_ANCHORS = (
    *("pass", "pwd", "secret", "key", "credential", "token", "sess", "pw", "psk", "creds", "mnemonic", ".sid", "seed"),
    *(
        "kennwort",
        "contrase",
        "senha",
        "\u043f\u0430\u0440\u043e\u043b\u044c",
        "\u30d1\u30b9\u30ef\u30fc\u30c9",
        "\u5bc6\u7801",
    ),
    *(
        "\u5bc6\u78bc",
        "\ube44\ubc00\ubc88\ud638",
        "wachtwoord",
        "has\u0142o",
        "haslo",
        "l\u00f6senord",
        "losenord",
        "adgangskode",
    ),
    *(
        "salasana",
        "heslo",
        "\u015fifre",
        "sifre",
        "jelsz\u00f3",
        "lozinka",
        "\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2",
    ),
    *(
        "authtok",
        "auth_tok",
        "_auth",
        "bearer",
        "erlang",
        "cookie",
        "csrf",
        "xsrf",
        "jwt",
        "code_verifier",
        "samlresponse",
        "client_assertion",
    ),
)
# A value that says something about the secret, or stands in its place, and is none.
_NO_SECRET = re.compile(
    r"(?:true|false|yes|no|null|none|nil|undefined|missing|invalid|expired|required|empty|unset|changed|wrong"
    r"|incorrect|redacted|hidden|masked|failed|failure|accepted|rejected|disabled|enabled|authentication|refresh"
    r"|unexpected|timeout|must|should|cannot|can|may|is|was|has|have|does|did|not|the|this|that|your|you|please|enter"
    r"|too|minimum"
    r"|maximum|optional|provided|given|found|updated|reset|expires?|option|flag|argument|parameter|with|from|for|and|or"
    r"|string|str|text|bytes|object|any|varchar|char|sensitive|encrypted|plain(?:text)?|unknown|default|ok"
    r"|obrigat[o\u00f3]ri[oa]|inv[a\u00e1]lid[oae]|ung[u\u00fc]e?ltig|incorrect[oae]|requerid[oa]|requise?"
    r"|erforderlich|falsch|verplicht|ongeldig"
    r"|\u043d\u0435\u0432\u0435\u0440\w{2,4}|\u9519\u8bef|\u5fc5\u586b|\u5fc5\u9808|\u7121\u52b9"
    r"|success(?:ful)?|return|raise|yield|await|lambda"
    # What stands in the place of one until somebody writes it there, and what a logger put there.
    r"|your[-_][\w-]{2,40}>?|[\w-]{2,40}[-_]here>?|(?:replace|insert|enter|put)[-_](?:me|with|your|the"
    r"|here)[\w-]{0,40}>?"
    r"|(?:filtered|redacted|hidden|masked|removed|omitted|sanitized|scrubbed|secret|protected|censored)[\])>}]"
    # Expressions of code.
    r"|(?:req|request|params|session|cookies|ctx|context|args|opts|options|headers|body|form|input|event|props"
    r"|state|this"
    r"|self|env|payload|kwargs|credentials?|creds|secrets?|record|row)(?:\??\.[A-Za-z_]\w{0,40}"
    r"|\[[:\"'\w-]{0,40}\]?|\(\)?){1,6}"
    r"|enc|eof|eol|identifier|vault|ref|from[_-]?(?:env|vault|secret)|\$\d{1,3}|\?|:\w{1,40}|@\w{1,40}|(?:var"
    r"|local|data|each|process\.env|module|self|config|settings)\.[\w.]{1,80}|data\.[\w.]{1,80}\["
    r"|os\.(?:environ|getenv).{0,60}|System\.getenv.{0,60}|(?:getenv|env|ENV)[(\[].{0,60}|arn:.{1,200}|vault:.{1,200}"
    r"|`(?:cat|echo|printf)|caching_sha2_password|path:/(?:usr|etc|run|var|opt|home|secrets)(?:/[\w.-]{1,64}){2,12}/?"
    r"|\*+|[xX]{3,}|[\u2022\u25cf]+|\.{3}|-+|[|>][+-]?\d?|\([\w -]{0,24}\)?|\[[\w *.:-]{0,24}\]?"
    r"|\{[\w .{}$:-]{0,24}|<[^>]{0,40}>|<\w{0,10}|\{\{[^}]{1,200}\}\}|\$[{(].{0,60}|\$__\w{2,12}\{.{0,120}"
    r"|(?-i:\$[a-z_]+|\$[A-Z_][A-Z0-9_]*"
    r"|\$[a-z]+[A-Z][a-zA-Z]*)"
    r"|[A-Za-z_][\w.:]{2,60}\([\w\"', ]{0,40}|[(\[{]\w{2,40}=|%\(?\w{0,20}\)?[sdvq]|%[A-Z_]+%|\d{1,2}"
    r"|!ref.{0,60}|!vault.{0,20}"
    r"|\$\((?:aws|gcloud|az|vault|kubectl|op|cat|gpg|sops|chamber|doppler|bw|jq)\b.{0,400}"  # what fetches it
    r"|(?-i:(?:ConvertTo|ConvertFrom|Get|New|Read|Import|Invoke|Unprotect)-[A-Z][A-Za-z]{2,40})"
    r"|(?:~?[/\\])?(?:[\w.-]{1,64}/){0,8}[\w.-]{1,64}\.(?:txt|pem|crt|jks|p12|pfx|json|ya?ml)"
    r"|(?:file:|env:)?(?!(?=.{0,39}\d)(?-i:(?=.{0,38}[A-Z]{2})(?=.{0,39}[a-z]))[A-Za-z0-9/+]{40}$)(?:[~.]"
    r"|[A-Z]:)?(?:[/\\][\w .-]{1,64}){2,12}[/\\]?|env:\w{1,64})",
    re.IGNORECASE,
)


def is_secret(value: str) -> bool:
    """Say whether a value after a secret's name is one, and does not only speak of it."""
    bare = value.strip("\"'.,;:)!\\* ")
    return bool(bare) and not _NO_SECRET.fullmatch(bare)


def is_untouched(value: str) -> bool:
    """Say the same of a value in which no other rule has found one."""
    return "[redacted:" not in value and is_secret(value)


# Of what stands in prose: numbers with units, times, versions, addresses, words with hyphens that are known.
_NO_TOLD = re.compile(
    r"[\d.,:/x%+-]{1,7}|\d{1,5}(?::\d{1,5}){1,2}(?:/\w+)?|\d{1,5}(?:[.,]\d+)*[a-z%]{0,4}|\d+(?:\.\d+)?(?:ms|s|m"
    r"|h|d|%|[kmg]i?b|px|[nu]s|bytes)|\d{4}-\d\d-\d\d.*|\d\d?:\d\d.*|v?\d+(?:\.\d+){1,3}(?:[:/-].*)?"
    r"|[A-Za-z-]+=.*"
    r"|(?:[a-z]+://|[/~.]/?[\w.-]*/|www\.).*|[\w.-]+\.(?:ya?ml|json|py|java|go|js|ts|txt|md|conf|cfg|env|sh|com"
    r"|org|net|io|internal|local|html|log)(?:[:/].*)?"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[\w.-]+/[\w./-]*\.\w{1,5}|#\d+|(?:secret|kv|ssm)/[\w./-]+|\w+\(.*|@\w+"
    r"|[A-Z][A-Z]+-\d+|sha\d+:?.*"
    r"|0x[0-9a-f]+|\d+(?:st|nd|rd|th)"
    r"|(?:up-to|out-of|end-to|case-by|day-to|state-of|not-in|one-time|two-factor|multi-factor|role-based"
    r"|man-in)-[a-z-]+"
    r"|\[.*|<.*|\{.*|\$.*|%.*|&.*|\|.*|=.*|\*+.*|-.*|https?.*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_TELLING = re.compile(r"[\d!@#$%^&*+=~]|(?:[A-Za-z]+([-_.])[A-Za-z]+\1[A-Za-z]+)")
_PROSE = re.compile(
    r".*(?:ed|ing|ly|ent|ant|able|ible|ect|ive|ous|ary|ory|ful|less|ical|ic|tion|sion|ment|ness|ity|word|words|phrase"
    r"|name|names|where|thing|ever|ise|ize|izes|ises|self|ally|ence|ance|er than|base|text|manager|policy"
    r"|policies|field"
    r"|rotate|rotates|changes|contains|characters|requires|expires|together|stronger|longer|shorter|written|forgotten"
    r"|mistyped|hardcoded|parameter|argument|provider|validator|encoder|database|response|compromise|because|between"
    r"|yesterday|tomorrow|overnight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|upstream|downstream)",
    re.IGNORECASE,
)


def is_told(value: str) -> bool:
    """Say whether a word in prose is a secret: it has digits, signs, or is made of several words."""
    bare = value.strip("\"'.,;:)!?\\*_` ")
    return (
        len(bare) >= 4
        and is_secret(bare)
        and "redacted:" not in value
        and not _NO_TOLD.fullmatch(bare)
        and (_TELLING.search(bare) is not None or (bare != value and value.rstrip(".,;:\"'`)*_ ")[-1:] in "!?#"))
    )


def is_told_plainly(value: str) -> bool:
    """Say the same where the words before leave little doubt: then two words in one are a secret too."""
    bare = value.strip("\"'.,;:)!?\\*_` ")
    return is_told(value) or (bare.isalpha() and len(bare) >= 8 and is_secret(bare) and not _PROSE.fullmatch(bare))


def is_mixed(value: str) -> bool:
    """Say whether it is no word nor the name of a resource: it has signs, or letters of both cases and digits."""
    bare = value.strip("\"'.,;:)]}!?\\*_` ")
    mixed = any(map(str.isdigit, bare)) and any(map(str.isupper, bare)) and any(map(str.islower, bare))
    return len(bare) >= 8 and is_told(value) and (mixed or any(char in "!@#$%^&*+" for char in bare))


def probed(shape: str) -> str:
    """Return a shape as RE2 reads it, which knows letters by themselves and not by their numbers."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), shape)


def named(
    kept: str,
    value: str,
    *anchors: str,
    accept: Callable[[str], bool] | None = is_untouched,
    also: tuple[str, ...] = (),
    probe: str = "",
    kind: str = "password",
) -> Rule:
    """Return a rule for a value behind what stays. Without anchors those of the names of secrets count."""
    shape = Shape(f"(?P<kept>{kept}){FRESH}(?:{value})", re.IGNORECASE)
    return Rule(kind, () if probe else anchors or KEY_ANCHORS, shape, accept, also, probe)
