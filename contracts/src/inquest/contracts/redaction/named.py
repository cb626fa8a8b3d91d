"""Values that are secret because of the name in front of them: `password=…`, `"api_key": "…"`, `--token …`."""

import re

from inquest.contracts.redaction.rules import Rule

FRESH = r"(?!\[redacted:)"  # what an earlier rule replaced stays
QUOTE = r"\\{0,3}[\"']|%22|&quot;|\\{1,3}u0022"
_COLOUR = r"\x1b\[[\d;]{0,8}m"
# Between a name and its value: what closes the name, the sign, what wraps the value in code, tables and Markdown.
_CLOSED = r"(?<=[\"'])\]|\](?= =>)(?<![:-]password\])(?<![:-]token\])(?<![:-]key\])"  # not that of a mark
ASSIGN = (  # atomic: what an earlier pass replaced is not reached by a shorter sign
    rf"(?>(?:{QUOTE}|[)`*]|{_CLOSED}|{_COLOUR}){{0,4}}[ \t]{{0,24}}"
    rf"(?:: ?(?:str|string|bytes) =|=>|->|:=|[=:]|\|(?= )|%3[AaDd]|\.{{4,64}})(?:{_COLOUR}|\*{{1,2}})?[ \t]{{0,24}}"
    rf"(?:<<|\[\]string\{{|(?:Some|Secret|SecretStr|SecretString)\(|<!\[CDATA\[|[`\[(](?=[\"'`])|`|{_COLOUR}|N(?=')){{0,2}})"
)
_OPEN = rf"(?P<quote>{QUOTE})?+"
KEY_NAMES = (
    r"passwo?r?d|passwort|kennwort|mot[ _-]de[ _-]passe|contraseña|senha|пароль|パスワード|密码|pwd|passphrase|passcode"
    r"|(?<![a-z])pass|(?<![a-z])(?:bind|root|admin|user|db|rpc)?[_-]?pw|(?<![a-z])(?:psk|creds)|mnemonic"
    r"|secret(?:[_-]?(?:value|string|text))?|credentials?"
    r"|(?:api|app|access|client|secret|private|signing|encryption|master|account|license|auth|ssh|storage|webhook|hmac"
    r"|jwt|aes|shared|symmetric|cipher|deploy|integration|subscription|functions|admin|recovery|write|session)[_.-]?key"
    r"(?:[_-]?(?:base|data))?"
    r"|(?<!page)(?<!page[_-])(?<!sync)(?<!sync[_-])(?<!tion)(?<!tion[_-])(?<!next)(?<!next[_-])token"
    r"|(?<![a-z])(?:php|j|asp\.net_|connect\.)?sess(?:ion)?_?id|connect\.sid"
)
# A value that says something about the secret, or stands in its place, and is none.
_NO_SECRET = re.compile(
    r"(?:true|false|yes|no|null|none|nil|undefined|missing|invalid|expired|required|empty|unset|changed|wrong"
    r"|incorrect|redacted|hidden|masked|failed|failure|accepted|rejected|disabled|enabled|authentication|refresh"
    r"|unexpected|\$\d{1,3}|\?|:\w{1,40}|@\w{1,40}|(?:var|local|data|each|process\.env)\.[\w.]{1,80}"
    r"|\*+|[xX]{3,}|\.{3}|-+|\(.{0,20}|\[.{0,20}|\{.{0,20}|<[^>]{0,40}>?|\$\{?[A-Z_a-z(].{0,60}|%[sdv]|\d{1,2}"
    r"|(?:file:|env:)?(?:[~.]|[A-Z]:)?(?:[/\\][\w .-]{1,64}){2,12}[/\\]?|env:\w{1,64})",
    re.IGNORECASE,
)
_NAMED = "password"


def is_secret(value: str) -> bool:
    """Say whether a value after a secret's name is one, and does not only speak of it."""
    return not _NO_SECRET.fullmatch(value.strip("\"'.,;:)!\\ "))


_WORD = r"[^\s\"'&;,}<>\\]"
NAMED = (
    Rule(
        "authorization",
        ("authorization",),
        re.compile(
            rf"(?P<kept>authorization{ASSIGN}(?:{QUOTE})?"
            rf"(?:(?:basic|bearer|digest|negotiate|token|apikey|aws4-hmac-sha256|[a-z][\w-]{{1,24}}(?= \S{{12}})) )?+)"
            rf"{FRESH}[^\s\"']{{1,4096}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        "bearer-token",
        ("bearer",),
        # A short word of letters alone is prose: "bearer authentication failed".
        re.compile(
            r"(?P<kept>bearer[ \t]{1,5})"
            r"(?:(?=[A-Za-z._~+/=-]{0,256}\d)[A-Za-z0-9._~+/=-]{8,4096}|[A-Za-z._~+/=-]{24,4096})",
            re.IGNORECASE,
        ),
    ),
    Rule(
        "authorization",
        ("basic ",),
        re.compile(r"(?P<kept>\b[Bb]asic )(?=[A-Za-z0-9+/]{0,64}[A-Z0-9])[A-Za-z0-9+/]{12,512}={0,2}(?![\w+/])"),
        lambda value: len(value) % 4 == 0,  # base64 comes in fours
    ),
    Rule(
        "cookie",
        ("cookie",),
        # Attributes of a cookie that is set (Path, Expires) are in the way of nobody: all of the line goes.
        re.compile(
            rf"(?P<kept>(?<![a-z])(?:set-)?cookie{ASSIGN}(?:{QUOTE})?){FRESH}(?=[^\s=;\"']{{1,128}}=)[^\r\n\"']{{3,4096}}",
            re.IGNORECASE,
        ),
    ),
    Rule(
        _NAMED,
        (
            "pass",
            "pwd",
            "secret",
            "key",
            "credential",
            "token",
            "sess",
            "pw",
            "psk",
            "creds",
            "mnemonic",
            ".sid",
            "kennwort",
            "contrase",
            "senha",
            "ароль",  # of bytes only ASCII is lowered
            "パスワード",
            "密码",
        ),
        re.compile(
            rf"(?P<kept>(?:{KEY_NAMES}){ASSIGN}{_OPEN}){FRESH}"
            rf"(?(quote)(?:(?!(?P=quote))(?:\\.|[^\n\\])){{1,1024}}|(?!\\[\"'])(?:(?!%26|%22){_WORD}){{1,1024}})",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("--pass", "--token", "--secret", "--api", "-password", "-token"),
        re.compile(
            r"(?P<kept>(?<!\w)--?(?:[a-z]{1,20}-){0,3}(?:password|passwd|passphrase|pass|token|secret|api-?key)"
            rf"[ \t]{{1,3}}(?:{QUOTE})?)"
            rf"{FRESH}(?!-){_WORD}{{4,1024}}"
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        (
            *("curl", "wget", "sshpass", "redis-cli", "mysql", "ldap", "docker login", "mongo"),
            *("7z", "sqlcmd", "ipmitool", "keytool", "az login", "http "),
        ),
        # Programs with a letter for it. An option that only looks like one (`docker -p 80:80`) is another program's.
        re.compile(
            r"(?P<kept>\b(?:(?:curl|wget|http)\b[^\n|;]{0,512}?[ \t](?:-[ua]|--user|--proxy-user)[ \t=]{0,3}[\"']?"
            r"[^\s:\"']{1,128}:(?!//)"
            r"|sshpass[ \t]{1,3}-p[ \t]{0,3}[\"']?"
            r"|redis-cli\b[^\n|;]{0,512}?[ \t]-a[ \t]{1,3}[\"']?"
            r"|(?:ldap(?:search|modify|add|delete|whoami)|docker login|mongo(?:sh|dump|restore)?)\b[^\n|;]{0,512}?"
            r"[ \t]-[wp][ \t]{1,3}[\"']?"
            r"|7z\b[^\n|;]{0,512}?[ \t]-p|(?:sqlcmd|ipmitool)\b[^\n|;]{0,512}?[ \t]-P[ \t]{0,3}[\"']?"
            r"|keytool\b[^\n|;]{0,512}?[ \t]-(?:store|key)pass[ \t]{1,3}"
            r"|az login\b[^\n|;]{0,512}?[ \t]-p[ \t]{1,3}[\"']?"
            r"|mysql(?:dump|admin|import)?\b[^\n|;]{0,512}?[ \t]-p[\"']?(?=[^\s\"'-]))"
            rf"){FRESH}[^\s\"']{{3,1024}}"
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("requirepass", "masterauth", "bindpw", "rootpw", "proxy_set_header", "password(", "auth plain", '"auth'),
        # Redis, LDAP and nginx settings, SQL's function, mail clients, container registries.
        re.compile(
            r"(?P<kept>\b(?:requirepass|masterauth|(?:ldap_?)?bindpw|(?:olc)?rootpw:?)[ \t]{1,3}[\"']?"
            r"|\bproxy_set_header[ \t]{1,3}[\w-]{0,40}(?:key|token|secret|authorization)[ \t]{1,3}[\"']?"
            r"|\bpassword\([\"']|\bauth plain[ \t]|\"auth\"[ \t]{0,3}:[ \t]{0,3}\"(?=[^\"]{16})"
            rf"){FRESH}[^\s\"'();]{{3,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("value",),
        # A name and its value apart: a container's environment in YAML and JSON, settings in XML.
        re.compile(
            rf"(?P<kept>\b(?:name|key)[\"']?[ \t]{{0,3}}[:=][ \t]{{0,3}}[\"']?[\w.-]{{0,64}}(?:{KEY_NAMES})[\"']?"
            rf"[,\s]{{1,40}}[\"']?value[\"']?[ \t]{{0,3}}[:=][ \t]{{0,3}}[\"']?){FRESH}[^\s\"'<>]{{1,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        (":5432:", ":5433:", ":6432:"),
        re.compile(
            rf"(?P<kept>^[ \t]{{0,8}}[\w.*-]{{1,253}}:\d{{4}}:[\w*-]{{1,63}}:[\w.*-]{{1,63}}:){FRESH}\S{{6,512}}$",
            re.MULTILINE,
        ),
    ),
    Rule(
        _NAMED,
        ("identified ",),
        re.compile(
            rf"(?P<kept>\bidentified (?:with \S{{1,64}} )?(?:by|as) (?:password )?[\"']){FRESH}[^\"'\n]{{1,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("password", "passwd", "secret", "token"),
        re.compile(
            rf"(?P<kept><(?:[\w.-]{{1,30}}:)?\w{{0,20}}(?:password|passwd|secret|token)>){FRESH}[^<\s]{{1,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("password", "passphrase", "passcode", "pw", "secret key", "api key", "token"),
        # Prose that tells one: "the password is …", "with password '…'".
        re.compile(
            r"(?P<kept>\b(?:password|passphrase|passcode|pw|pwd|secret key|api key|token)\b"
            r"(?: (?:for|of) (?:the )?[\w@.'-]{1,64}(?: [\w-]{1,24}){0,2}?)?"
            r"(?: (?:is|was|to|set to|changed to|reset to))?"
            rf"(?: ?[:=]|->)?[ \t]{{1,3}}(?:{QUOTE}|[`*]{{1,2}})?)"
            rf"{FRESH}(?=[^\s\"']{{0,64}}(?:[\d!@#$%^&*]|-\w{{1,32}}-))[^\s\"']{{6,256}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("password", "passphrase", "passcode"),
        # In quotes it is told, whatever it is made of: SQL, and messages that repeat what they were given.
        re.compile(
            r"(?P<kept>\b(?:password|passphrase|passcode)\b(?: for [\w@.'-]{1,64})?(?: (?:is|was|to))?[ \t]{1,3}"
            rf"(?P<quote>{QUOTE})){FRESH}[^\s\"'\\]{{3,256}}(?=(?P=quote))",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("login ", "env ", "set ", "arg ", "setx "),
        # Words in turn: netrc, images and shells that set a variable without a sign between.
        re.compile(
            r"(?P<kept>\blogin[ \t]{1,3}\S{1,128}[ \t\n]{1,3}password[ \t]{1,3}"
            rf"|\b(?:env|arg|set|setx|setenv)[ \t]{{1,3}}[\w.-]{{0,64}}(?:{KEY_NAMES})[ \t]{{1,3}}[\"']?)"
            rf"{FRESH}[^\s\"']{{3,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        _NAMED,
        ("key ", "token ", "secret ", "password "),
        # A long value of letters and digits right after the word for it: "api key … is not valid".
        re.compile(
            rf"(?P<kept>\b(?:{KEY_NAMES}|(?:api|access|secret) key) {{1,3}}(?:(?:is|was) )?(?:{QUOTE}|[`(\[])?)"
            rf"{FRESH}(?=[A-Za-z+/_-]{{0,64}}\d)(?=[\d+/_-]{{0,64}}[A-Za-z])[\w+/=.~-]{{16,1024}}",
            re.IGNORECASE,
        ),
        is_secret,
    ),
    Rule(
        "signature",
        ("sig=", "signature="),
        re.compile(r"(?P<kept>[?&;](?:x-amz-|x-goog-)?sig(?:nature)?=)[A-Za-z0-9%+/=_-]{20,512}", re.IGNORECASE),
    ),
    Rule(
        "code",
        ("otp", "cvv", "cvc", "pin", "mfa"),
        re.compile(
            rf"(?P<kept>(?<![a-z])(?:otp|cvv2?|cvc2?|pin|mfa)(?:[_-]?code)?{ASSIGN}(?:{QUOTE})?)\d{{3,8}}(?![\w.])",
            re.IGNORECASE,
        ),
    ),
)
SECRET_NAME = re.compile(rf"(?:{KEY_NAMES}|authorization|cookie|[_.-]sig(?:nature)?)$", re.IGNORECASE)
