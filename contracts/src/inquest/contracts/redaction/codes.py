"""One-time codes, PINs and answers that let somebody in, where words of any language say what they are."""

import re

from inquest.contracts.redaction.people import SIGNED
from inquest.contracts.redaction.words import OPEN, QUOTE, VALUE, is_secret, named, probed

_CODE = (
    r"(?:(?:verification|security|one[- ]time|login|log-in|sign-?in|access|auth(?:entication"
    r"|orization)?|activation|reset|recovery|otp|2fa|mfa|sms|pairing|unlock|passcode|pin)"
    r"[ _-](?:pass)?(?:code|pin|number)|confirmation[ _-](?:pass)?(?:code|pin)|otp|totp|(?:two|2|multi)[ -]?factor"
    r" (?:auth(?:entication)? )?code)"
)
_CODE_ELSEWHERE = (  # where a space is enough
    r"(?:kode otp(?: anda)?|(?:best\u00e4tigungs|verifizierungs|sicherheits|freischalt"
    r"|aktivierungs|zugangs|anmelde|einmal)-?(?:code|kennwort|passwort|pin)|mtan|smstan"
    r"|code de (?:v\u00e9rification|confirmation|s\u00e9curit\u00e9|validation)|code (?:confidentiel|secret)"
    r"|c\u00f3digo de (?:verificaci\u00f3n|confirmaci\u00f3n|seguridad|acceso|verifica\u00e7\u00e3o"
    r"|confirma\u00e7\u00e3o|seguran\u00e7a)"
    r"|codice di (?:verifica|conferma|sicurezza|accesso)|verificatiecode|bevestigingscode|beveiligingscode"
    r"|verifieringskod|engångskod|bekr\u00e6ftelseskode|engangskode|vahvistuskoodi"
    r"|kod (?:weryfikacyjny|potwierdzaj\u0105cy|dost\u0119pu|autoryzacyjny)|ov\u011b\u0159ovac\u00ed k\u00f3d"
    r"|ellen\u0151rz\u0151 k\u00f3d|cod(?:ul)? de verificare|do\u011frulama kodu|onay kodu|kode verifikasi"
    r"|kode otp|m\u00e3 x\u00e1c (?:minh|nh\u1eadn|th\u1ef1c)"
    r"|\u043a\u043e\u0434 (?:\u043f\u043e\u0434\u0442\u0432\u0435\u0440\u0436\u0434\u0435\u043d\u0438\u044f"
    r"|\u043f\u0456\u0434\u0442\u0432\u0435\u0440\u0434\u0436\u0435\u043d\u043d\u044f"
    r"|\u0434\u043e\u0441\u0442\u0443\u043f\u0430"
    r"|\u0431\u0435\u0437\u043e\u043f\u0430\u0441\u043d\u043e\u0441\u0442\u0438)"
    r"|\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2 \u03b5\u03c0\u03b1\u03bb\u03ae\u03b8\u03b5\u03c5\u03c3\u03b7\u03c2"
    r"|\u9a8c\u8bc1\u7801|\u9a57\u8b49\u78bc|\u786e\u8ba4\u7801|\u8ba4\u8bc1\u7801|\u78ba\u8a8d\u30b3\u30fc\u30c9"
    r"|\u8a8d\u8a3c\u30b3\u30fc\u30c9|\u8a8d\u8a3c\u756a\u53f7|\ud655\uc778 ?\ucf54\ub4dc"
    r"|\uc778\uc99d ?(?:\ubc88\ud638|\ucf54\ub4dc)|\u0631\u0645\u0632 \u0627\u0644\u062a\u062d\u0642\u0642"
    r"|\u05e7\u05d5\u05d3 (?:\u05d4)?\u05d0\u05d9\u05de\u05d5\u05ea"
    r"|\u0938\u0924\u094d\u092f\u093e\u092a\u0928 \u0915\u094b\u0921"
    r"|\u0e23\u0e2b\u0e31\u0e2a\u0e22\u0e37\u0e19\u0e22\u0e31\u0e19)"
)
_PIN = (
    r"(?:(?:sim|card)[ _-]?|(?:atm|debit|customer|user|device|voicemail|door|gate|alarm|wallet|new|old|temporary"
    r"|default|your|my|the)[ _-])?(?:pin|puk|puk[12]|pin[12])"
)
_BE = (
    r"(?:[ ](?:is|was|ist|lautet|est|es|\u00e9|\u00e8|\u00e4r|er|on|je|jest|to|este|l\u00e0|adalah|as|of|sent"
    r"|entered|received|submitted|provided|=))"
)
_MARK = r"[ ]?[:=\uff1a\u662f\u4e3a\u306f\ub294\uc740]"
_IS = rf"(?:{_BE}(?:{_MARK})?|{_MARK})"
_YOURS = (
    r"(?:your|votre|ihr|dein|su|tu|il tuo|il suo|seu|uw|je|tw\u00f3j|din|\u0432\u0430\u0448"
    r"|\u0442\u0432\u043e\u0439) (?:c[\u00f3o]digo|codice|code|kode?|\u043a\u043e\u0434)"
    r"(?:[ ](?:is|est|ist|es|\u00e9|\u00e8)|[ ]?:)[ ]{1,2}"
)
_NO_UNIT = r"(?! (?:ms|times?|seconds?|minutes?|attempts?|users?|requests?|errors?|bytes|rows)\b)"


def _is_grouped(value: str) -> bool:
    """Whether the groups are drawn: letters and digits are mixed in two, or no vowel is anywhere, so none is a word."""
    groups = value.split("-")
    drawn = [group for group in groups if any(map(str.isdigit, group))]
    mixed = [group for group in drawn if not group.isdigit()]
    return len(mixed) >= 2 or (len(drawn) >= 2 and len(mixed) == 1 and not set("AEIOUY") & set(value))


CODES = (
    # As a program is unlocked with: AB12-C3D4-5EFG
    named(
        rf"(?<![A-Za-z0-9/])(?:activation|licen[cs]e|product)[ _-]?(?:code|key)(?:{SIGNED}|{_BE}[ ])(?:{QUOTE})?",
        r"(?-i:[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){1,6})(?![\w-])",
        *("activation", "license", "licence", "product"),
        kind="code",
        accept=_is_grouped,
    ),
    named(
        rf"(?<![A-Za-z0-9]){_YOURS}[\"'*]{{0,2}}",
        r"\d{4,8}(?![\w.%:/-])",
        probe=probed(rf"{_YOURS}[\"'*]{{0,2}}\d{{4}}"),
        kind="code",
        accept=None,
    ),
    named(
        rf"(?<![A-Za-z0-9/])(?:your[ ])?(?:{_CODE}|(?P<elsewhere>{_CODE_ELSEWHERE}))"
        rf"(?:[ ](?:for|to|pour|f\u00fcr|para|per|de|der|f\u00f6r)[ ][^\s\d]{{1,32}}){{0,2}}"
        rf"(?:{SIGNED}|{_IS}[ ]?|(?(elsewhere)[ ]?| (?=\d{{3}}[ -]?\d{{3}}(?!\d))))"
        rf"(?:{QUOTE}|[*(\[#\u300c]{{1,2}})?(?:[A-Z]-)?",
        rf"(?=[A-Z0-9]{{0,7}}\d)(?:\d{{3}}[ -]\d{{3}}|\d{{4,10}}|(?-i:[A-Z0-9]{{6,8}}))(?![\w%])(?!\.\d){_NO_UNIT}",
        probe=probed(rf"(?:{_CODE}|{_CODE_ELSEWHERE})[^\n]{{0,40}}\d"),
        kind="code",
        accept=None,
    ),
    named(
        rf"(?<![A-Za-z0-9._/-]){_PIN}(?:[ ]?(?:code|number|no\.?|\d))?(?:{SIGNED}|[ ](?:is|was|code|ist|est"
        rf"|es)[ ])(?:{QUOTE})?",
        r"\d{4,8}(?![\w.:/-])",
        probe=r"(?:^|[^a-z]|card|sim)(?:pin|puk)[12]?[^a-z\n].{0,20}\d{4}",
        kind="code",
        accept=None,
    ),
    named(
        r"\b(?:(?:use|enter|type|submit|your|the) (?:this )?code|code)[: ]{1,2}[\"'*]{0,2}",
        r"\d{4,8}(?= (?:to|for your|as your|when) (?:\w{1,12} )?(?:sign|log|verif|confirm|access|authenticat|reset"
        r"|complete|prompted|continue|login))",
        probe=r"code[: ]{1,2}[\"'*]{0,2}\d{4}",
        kind="code",
        accept=None,
    ),
    named(
        r"(?<!error )(?<!exit )(?<!status )(?<!return )(?<!response )\bcode[: ]{1,2}[\"'*]{0,2}",
        r"\d{6,8}(?=[,.]? (?:do not|don't|never) share)",
        "code",
        kind="code",
        accept=None,
        also=("share",),
    ),
    named(
        rf"(?<![A-Za-z0-9])(?:cvv2?|cvc2?|cvn)(?:{QUOTE})?[ :=#]{{1,3}}(?:{QUOTE})?",
        r"\d{3,4}(?![\w.])",
        *("cvv", "cvc", "cvn"),
        kind="code",
        accept=None,
    ),
    # Of a card, where one is spoken of: programs of security have codes too.
    named(
        rf"(?:card|cvv|payment)[^\n]{{0,80}}?(?<![A-Za-z])security[ _-]?code(?:{QUOTE})?[ ]?[:=][ ]?(?:{QUOTE})?",
        r"\d{3,4}(?![\w.])",
        "security",
        kind="code",
        accept=None,
        also=("card", "cvv", "payment"),
    ),
    named(
        r"(?<![A-Za-z0-9])(?:2fa|mfa|otp|totp|sms)[ _-](?:token|code|pin)[ ][\"'*]{0,2}",
        rf"(?!\d{{1,2}}0{{4}})\d{{6}}(?![\w.%:/-]){_NO_UNIT}",
        *("2fa", "mfa", "otp", "sms"),
        kind="code",
        accept=None,
    ),
    named(
        rf"(?:security|secret|recovery|challenge)[ _.-]?answer(?:[ _-]?\d)?{SIGNED}{OPEN}",
        VALUE,
        probe=r"(?:security|secret|recovery|challenge)[ _.-]?answer",
        accept=is_secret,
    ),
)
CODE_NAME = re.compile(
    r"(?:^|[._-])(?:(?:otp|totp|mfa|2fa|sms|verification|confirmation|security|auth|login|one_?time"
    r"|activation)[._-]?(?:code|pin|passcode)|otp|pin|puk|cvv2?|cvc2?|passcode|pin[._-]?code)$",
    re.IGNORECASE,
)


def is_code(value: str) -> bool:
    """Whether what a name calls a code or a PIN may be one: not a version, nor a word."""
    return sum(map(str.isdigit, value)) >= 3 and re.fullmatch(r"v?\d+(?:\.\d+)+", value) is None


ANSWER_NAME = re.compile(r"(?:security|secret|recovery)[ _.-]?answer(?:[ _-]?\d)?$", re.IGNORECASE)
