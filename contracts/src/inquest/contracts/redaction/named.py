"""Values that are secret because of the name in front of them: `password=…`, `"api_key": "…"`, headers."""

import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import (
    ASSIGN,
    KEY_NAMES,
    OPEN,
    QUOTE,
    VALUE,
    is_secret,
    is_told,
    named,
)

_SCHEME = r"basic|bearer|digest|negotiate|token|apikey|aws4-hmac-sha256|[a-z][\w-]{1,24}(?= \S{12})"
_PARAMETERS = (
    r"key|auth|code|jwt|sid|hash|pw|pass|ticket|nonce|assertion|invite|magic|confirm(?:ation)?|verify"
    r"|verification|reset"
    r"|oobcode|otp|state_token|saml|k|t|s|h"
)
_CODES = r"otp|totp|cvv2?|cvc2?|cvn|csc|pin|mfa|2fa|tan"
# Not a value: the next words of a sentence, a tag of YAML before one, an expression of code.
_SPOKEN = (
    r"(?!(?:secrets?|passwords?|credentials?|tokens?|keys?) (?:\\?\"|(?:is|are|was|not|has|must|cannot|could|in)\b)"
    r"|(?<=\| )[\w -]{1,40}\}\}|(?<=SecretString:)[\w.-]{1,64}(?::[\w-]{0,64}){0,2}\}\}"  # templates
    r"|(?<=: )![A-Za-z_]{2,24}(?:[.:/-][A-Za-z_]{1,24}){0,3} \S"
    r"|(?<== )(?-i:await|new|yield|async|typeof|lambda) [A-Za-z_(])"
)
_SESSION = r"(?:session|logged_?in|sessid|(?<![a-z])sid|(?<![a-z])auth|[cx]srf|remember|identity|\.cookies)"


def _drawn(value: str) -> bool:
    """Whether it is long and of letters and digits, as what stands under a name that may mean something else."""
    bare = value.strip("\"'\\.,;:)")
    return (
        "redacted:" not in value
        and len(bare) >= 16
        and any(map(str.isdigit, bare))
        and any(map(str.isalpha, bare))
        and is_secret(bare)
    )


_TASTES = re.compile(
    r"(?:theme|lang|language|locale|i18n\w*|currency|timezone|tz|(?:cookie|gdpr)[\w-]{0,10}consent|consent|path"
    r"|domain|expires|max-age|samesite|priority"
    r"|country|region|dark_?mode|color_?scheme|font_?size|layout|dismissed_\w+)=[\w ,.:/+-]{0,40}|secure|httponly"
    r"|partitioned|[\w.-]{1,64}=(?:deleted)?|",
    re.IGNORECASE,
)


def _tells(value: str) -> bool:
    """Whether a cookie holds more than tastes, and is not one that is taken away."""
    return any(not _TASTES.fullmatch(part.strip()) for part in value.split(";"))


HEADERS = (
    # Schemes whose credentials are several parameters: all of them go.
    named(
        rf"authorization{ASSIGN}(?:{QUOTE})?\[?(?:{QUOTE})?(?:digest|oauth|hawk|mac|signature|aws4[\w-]{{1,24}}"
        rf"|[\w-]{{1,32}}hmac[\w-]{{0,24}}"
        rf"|googlelogin|sharedkey\w{{0,8}}|apiauth|edgegrid|eg1-\S{{1,24}}|acs3[\w-]{{1,24}}|tc3[\w-]{{1,24}}"
        r"|snowflake|negotiate|token|mauth|vapid) ",
        rf"[\w-]{{1,40}}=(?:(?:{QUOTE})[^\"'\n\\]{{0,2048}}(?:{QUOTE})|[^\s,\"'\\]{{1,2048}})(?:(?:,\s{{0,3}}"
        rf"|[ ;])[\w-]{{1,40}}="
        rf"(?:(?:{QUOTE})[^\"'\n\\]{{0,2048}}(?:{QUOTE})|[^\s,\"'\\]{{1,2048}})){{1,24}}",
        "authorization",
        kind="authorization",
        accept=None,
    ),
    named(
        rf"authorization{ASSIGN}(?:{QUOTE})?\[?(?:{QUOTE})?(?:(?:{_SCHEME}) )?+",
        r"[^\s\"']{1,4096}",
        "authorization",
        kind="authorization",
    ),
    # A short word of letters alone is prose: "bearer authentication failed".
    named(
        r"bearer(?:[ \t]{1,5}|%20|\+)(?![a-z_]{1,24}=[^=\s])",
        r"(?:(?=[A-Za-z._~+/=-]{0,256}\d)[A-Za-z0-9._~+/=-]{8,4096}|[A-Za-z._~+/=-]{24,4096})",
        "bearer",
        kind="bearer-token",
        accept=None,
    ),
    Rule(
        "authorization",
        ("basic ",),
        Shape(r"(?P<kept>\b[Bb]asic )(?=[A-Za-z0-9+/]{0,64}[A-Z0-9])[A-Za-z0-9+/]{12,512}={0,2}(?![\w+/])"),
        lambda value: len(value) % 4 == 0,  # base64 comes in fours
    ),
    # Attributes of a cookie that is set (Path, Expires) are in the way of nobody: all of the line goes.
    named(
        rf"(?<![a-z])(?:set-)?cookie{ASSIGN}(?:{QUOTE})?",
        r"(?=[^\s=;\"']{1,128}=)[^\r\n\"']{3,4096}",
        "cookie",
        kind="cookie",
        accept=_tells,
    ),
    named(
        r"(?:[ \t](?:-b|--cookie)[ \t=]{1,3}|\bcookie[ \t])(?:[\"'])?(?=[\w.-]{1,64}=)",
        r"[^\r\n\"']{3,4096}",
        "cookie",
        "-b ",
        kind="cookie",
        accept=None,
    ),
)
NAMED = (
    *HEADERS,
    named(rf"(?:{KEY_NAMES}){ASSIGN}{OPEN}", rf"{_SPOKEN}{VALUE}", accept=is_secret),
    named(
        rf"(?<![a-z])secret_id{ASSIGN}{OPEN}",
        VALUE,
        "secret_id",
        accept=lambda value: "/" not in value and is_told(value),
    ),
    # PagerDuty's; a queue's is made of words.
    named(
        rf"(?<![a-z])routing[_-]?key{ASSIGN}{OPEN}",
        r"[A-Za-z0-9]{32}(?!\w)",
        *("routing_key", "routingkey", "routing-key"),
        accept=_drawn,
    ),
    # Names of sessions and the like, whose values are drawn.
    named(
        rf"(?<![\w.-])[\w.-]{{0,40}}?{_SESSION}(?!\.existing)[\w.-]{{0,48}}(?:{ASSIGN}"
        rf"|[\"']?,[ ]?[\"']?value[\"']?{ASSIGN}){OPEN}",
        VALUE,
        *(
            "session",
            "logged_in",
            "loggedin",
            "sessid",
            "sid",
            "auth",
            "csrf",
            "xsrf",
            "remember",
            "identity",
            ".cookies",
        ),
        accept=_drawn,
    ),
    named(r";jsessionid=", r"[\w.!-]{8,128}", "jsessionid"),
    # Parameters of URLs whose names mean a secret there.
    named(
        rf"(?:[?&;#]|\\u0026|%3F|%26|amp;)(?:{_PARAMETERS})(?:=|%3D)",
        r"(?:(?!%26)[^\s\"'&;<>\\#]){12,2048}",
        probe=rf"(?:[?&;#]|u0026|%3f|%26)(?:{_PARAMETERS})(?:=|%3d)",
        accept=_drawn,
    ),
    named(r"\bcode(?:=|%3D|[\"']?: ?[\"'])", r"(?:4(?:/|%2F)0?[\w-]{20,256}|[\w./~-]{30,2048})", "code", accept=_drawn),
    named(
        r"/(?:reset(?:[_-]?password)?|password[_/-]reset|password(?:/edit)?|magic(?:[_-]?link)?|invit(?:e"
        r"|ation)s?|verify(?:[_-]?email)?"
        r"|confirm(?:ation)?|activate|activation|unsubscribe|token|tokens|sso|one[_-]?time|share|accept)/(?:confirm/)?",
        r"[\w.~=-]{20,512}",
        *("reset", "password", "magic", "invit", "verify", "confirm", "activat", "unsubscribe", "/token", "/sso/"),
        *("one-time", "onetime", "/share/", "/accept/", "one_time"),
        accept=_drawn,
    ),
    Rule(
        "signature",
        ("sig=", "signature=", "hmac="),
        Shape(
            r"(?P<kept>(?:[?&;#]|\\u0026|amp;)(?:x-amz-|x-goog-)?(?:sig(?:nature)?|hmac)=)[A-Za-z0-9%+/=_~.-]{20,1024}",
            re.IGNORECASE,
        ),
    ),
    # One-time codes and check values.
    named(
        rf"(?<![a-z])(?:{_CODES})(?:[_-]?(?:code|number|token))?{ASSIGN}(?:{QUOTE})?",
        r"\d{3,8}(?![\w.])",
        probe=rf"(?:^|[^a-z])(?:{_CODES})(?:[_-]?(?:code|number|token))?[^a-z]",
        kind="code",
        accept=None,
    ),
    named(
        r"(?<![\w/])(?:otp|one[- ]time (?:pass)?(?:code|word)|(?:verification|security|log-?in|sign-?in|2fa|mfa"
        r"|auth(?:entication)?|access"
        r"|confirmation|sms|pin) code|passcode)\b(?: (?:for|to) \S{1,64}| from \S{1,32})?(?:(?<=passcode) "
        r"| (?:is|was|sent)[:= ]{1,3}|[ ]?[:=][:= ]{0,2}| (?=\d{3}[ -]?\d{3}(?!\d)))(?:\w-)?[\"'`*]{0,2}",
        r"\d[\d -]{2,8}\d(?![\w.%:/])",
        *("otp", "one-time", "one time", " code", "passcode"),
        kind="code",
        accept=None,
    ),
    Rule(
        "code",
        (" code",),
        Shape(
            r"(?<![\w.-])(?:G-)?(?:\d{3}[ -]\d{3}|\d{4,8})(?= is (?:the|your) (?:\w{1,20} ){0,3}(?:code|otp|pin)\b)",
            re.IGNORECASE,
        ),
    ),
)
SECRET_NAME = re.compile(rf"(?:{KEY_NAMES}|authorization|cookie|[_.-]sig(?:nature)?)$", re.IGNORECASE)
