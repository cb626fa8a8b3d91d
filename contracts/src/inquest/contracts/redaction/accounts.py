"""What reaches a person or their money: telephone numbers, IBANs and other bank accounts."""

import re

from inquest.contracts.redaction.people import SIGNED
from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, QUOTE, probed

EDGE = r"(?:(?<![A-Za-z0-9])|(?-i:(?<=[a-z])(?=[A-Z])))"  # where a label begins: a word, a part of a_name or aName
BARE = r"(?<![A-Za-z0-9_./=-])"  # where it may begin if nothing but a space follows: not in a path, nor as a value
_NUMBER = (
    r"(?:[ _.-]?(?:numbers?|numero|n[\u00fau]mero|num|no|nr|nummer|\u756a\u53f7|\u53f7\u7801?|\u865f\u78bc"
    r"|\ubc88\ud638))?\.?"
)
TAGGED = r"<(?:\w{1,16}:)?\w{0,16}?"  # where a label is that of an element, a > ends it; elsewhere it compares
PHONE_LABEL = (
    r"(?:(?:mobile|cell|tele|home|work|contact|day|office|smart)?[ _.-]?phone|mobile|tel\u00e9fono|telefono"
    r"|telefon[eu]?"
    r"|t[e\u00e9]l[e\u00e9]phone|t[e\u00e9]l|tlf|handy(?:nummer|nr)|rufnummer|mobilnummer|celular|m\u00f3vil|movil"
    r"|cellulare"
    r"|msisdn|whatsapp|fax|mob|caller[ _.-]?id|telefoon|mobiel|puhelin(?:numero)?|matkapuhelin|mobil(?:e?telefon)?"
    r"|telefonszám|phn"
    r"|(?:contact|caller|callee|cell|sms)[ _.-]?n(?:umber|o\b)|\u0442\u0435\u043b(?:\u0435\u0444\u043e\u043d)?\w{0,2}"
    r"|\u03c4\u03b7\u03bb\u03ad\u03c6\u03c9\u03bd\u03bf|\u03ba\u03b9\u03bd\u03b7\u03c4\u03cc"
    r"|\u0647\u0627\u062a\u0641|\u062c\u0648\u0627\u0644"
    r"|\u05d8\u05dc\u05e4\u05d5\u05df|\u05e0\u05d9\u05d9\u05d3|\u092b\u093c?\u094b\u0928"
    r"|\u092e\u094b\u092c\u093e\u0907\u0932|\u7535\u8bdd|\u96fb\u8a71"
    r"|\u624b\u673a|\u624b\u6a5f|\u643a\u5e2f|\uc804\ud654|\ud734\ub300\ud3f0|\uc5f0\ub77d\ucc98"
    r"|\u0e42\u0e17\u0e23\u0e28\u0e31\u0e1e\u0e17\u0e4c"
    r"|\u0111i\u1ec7n tho\u1ea1i|nomor (?:hp|telepon))"
)
_DIALLED = (
    r"(?:\+|%2B|00)?(?:\(\d{1,4}\)|\d)(?:[ ().\u00a0/-]|%20|%28|%29){0,2}\d(?:(?:[ ().\u00a0/-]"
    r"|%20){0,3}\d){4,14}(?![\w]|\.\d)"
)


# As they are printed in America, or with the country in front.
_PRINTED = r"(?:\+[1-9][\d ().-]{6,18}\d|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4})(?![\w-]|\.\d)"
_LOOK = r"(?:\+|%2B|\(|\d{1,5}(?:[ .\u00a0/-]|%20)\(?\d)"


def _digits(value: str) -> int:
    return sum(map(str.isdigit, value.replace("%20", "").replace("%2B", "").replace("%28", "").replace("%29", "")))


def _is_phone(value: str) -> bool:
    """Whether it has as many digits as a telephone number, and is no point in time, fraction or address."""
    return 7 <= _digits(value) <= 15 and not re.fullmatch(
        r"(?:19|20)\d\d[-/. ](?:0\d|1[0-2])[-/. ][0-3]\d|\d{4}-\d\d-\d\d.*|\d+\.\d+|(?:\d{1,3}\.){3}\d{1,3}|1\d{12}",
        value,
    )


def _is_labelled(value: str) -> bool:
    """Whether it looks like a telephone number too: a count, an epoch and a status with a size do not."""
    led = re.match(r"\+|%2B|0|\(", value, re.IGNORECASE) is not None
    counted = re.fullmatch(r"\d{7}|1\d{9}|\d{14,}|(?!\d{4} \d{4}$)\d+ \d+", value) is not None
    return _is_phone(value) and (led or not counted)


def has_phone(value: str) -> bool:
    """Whether a number that looks like a telephone's is in it."""
    return any(_is_labelled(found[0]) for found in re.finditer(rf"(?<![\w.]){_DIALLED}", value))


_WEAK = r"(?:mobile?|mob|fax|cell|tel|handy|movil|contact)(?![A-Za-z_])"  # of a client, of a channel
_TO = (
    r"(?:sms|mms|texts?|call(?:ed|ing|er|s)?|dial(?:led|ed|ing)?|ring|whatsapp|viber|voice|otp|code|phone|to|from"
    r"|recipient|number|msisdn|subscriber|contact|reach|customer|user|member|mobile)"
)
PHONES = (
    Rule(
        "phone",
        (),
        Shape(
            rf"(?P<kept>(?P<tagged>{TAGGED})?(?<![/=]){EDGE}(?:(?P<weak>(?={_WEAK}))|(?!{_WEAK}))"
            rf"(?P<bare>{BARE})?{PHONE_LABEL}{_NUMBER}"
            rf"(?:[ _](?:home|work|mobile|1|2))?(?:{SIGNED}|(?(tagged)>|(?!))|[ ]is[ ]"
            rf"|(?(bare)[ ]{{1,2}}(?={_LOOK})|(?!)))"
            rf"(?P<quote>{QUOTE})?){FRESH}(?(quote)|(?(weak)(?={_LOOK}|0)))" + _DIALLED,
            re.IGNORECASE,
        ),
        _is_labelled,
        probe=probed(rf"{PHONE_LABEL}{_NUMBER}[^\n\d]{{1,12}}\d"),
    ),
    # Where a message or a call went: tel:+1…, SMS to +1…, To=%2B1…
    Rule(
        "phone",
        (),
        Shape(
            rf"(?P<kept>\b(?:(?:tel|sms|smsto|callto|whatsapp|wa):(?://)?|wa\.me/)){FRESH}\+?\d[\d().-]{{5,18}}\d"
            rf"|(?P<kept_too>\b{_TO}\b[^\n+%\d]{{0,24}}?(?<![\w.])){FRESH}(?:\+|%2B)[1-9]\d{{8,14}}(?![\w.])",
            re.IGNORECASE,
        ),
        _is_phone,
        probe=r"(?:\+|%2b)[1-9]\d{8}|(?:(?:tel|sms|smsto|callto|whatsapp|wa):(?://)?|wa\.me/)\+?\d{3}",
    ),
    # What somebody asks for in a sentence.
    Rule(
        "phone",
        (),
        Shape(
            rf"(?P<kept>\b(?:call|reach|text|phone|ring|dial)[ ](?:me|us|him|her|them|back)(?:[ ]back)?"
            rf"[ ](?:at|on|under)[ ]){FRESH}{_PRINTED}",
            re.IGNORECASE,
        ),
        _is_phone,
        probe=r"(?:call|reach|text|phone|ring|dial) \w{2,4} [^\n\d]{2,10}\d",
    ),
    # Of a person, not of a notebook, a battery or a network.
    Rule(
        "phone",
        (),
        Shape(
            rf"(?P<kept>(?:(?:{QUOTE})cell(?:{QUOTE})[ ]?:[ ]?(?:{QUOTE})?|<cell>|(?<![\w. -])cell=(?:{QUOTE})?))"
            rf"{FRESH}(?:{_PRINTED}|0[1-9]\d{{1,3}}[ /-]\d{{3,4}}[ -]?\d{{3,4}}(?![\w-]|\.\d))",
            re.IGNORECASE,
        ),
        lambda value: _is_phone(value) and _digits(value) <= 13,
        probe=r"cell[^\n\w]{1,12}\d",
    ),
    # As it is printed, which little else is.
    Rule(
        "phone",
        (),
        Shape(
            r"(?<![\w.+])\+[1-9]\d{0,2}(?:[ .-]?\(\d{1,4}\)[ .-]?\d{2,4}"
            r"|[ -]\d{1,5}[ -]\d{3,4})(?:[ .-]?\d{2,4}){1,3}(?![\w.-]?\d)"
            r"|(?<![\w)])\(\d{3}\) \d{3}-\d{4}(?![\w-])"
        ),
        _is_phone,
        probe=r"\+[1-9]\d{0,2}[ .-]?\(?\d{1,5}\)?[ .-]\d{2}|\(\d{3}\) \d{3}-\d{4}",
    ),
)
# How long IBANs are by country (ISO 13616 registry).
_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
_GAP = r"(?:%20|[ +.-])?"
_COUNTRIES = "|".join(
    rf"(?:{'|'.join(codes.split())})\d\d(?:{_GAP}[A-Z0-9]){{{length - 4}}}" for length, codes in _LENGTHS.items()
)


def is_iban(value: str) -> bool:
    """Whether the check digits fit (ISO 7064, mod 97-10)."""
    bare = re.sub(r"%20|[^A-Z0-9]", "", value)
    return int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1


_ACCOUNT_STRONG = (
    r"(?:iban|bank[ _.-]?account|bban|sort[ _.-]?code|routing[ _.-]?(?:number|no)|aba[ _.-]?(?:number|routing)"
    r"|account[ _.-]?(?:number|no\b)|acct[ _.-]?(?:number|no\b|num)|kontonummer|kontonr|konto-nr|rekeningnummer"
    r"|num\u00e9ro de compte|n\u00famero de cuenta|numero de cuenta|numero di conto|n\u00famero da conta|clabe|bankgiro"
    r"|ifsc|nuban|numer konta|tilinumero|\u043d\u043e\u043c\u0435\u0440 \u0441\u0447[\u0435\u0451]\u0442\u0430"
    r"|\u0440\u0430\u0441\u0447[\u0435\u0451]\u0442\u043d\u044b\u0439 \u0441\u0447[\u0435\u0451]\u0442"
    r"|\u94f6\u884c\u8d26\u53f7|\u94f6\u884c\u5361\u53f7|\u53e3\u5ea7\u756a\u53f7|\uacc4\uc88c\ubc88\ud638)"
)
ACCOUNTS = (
    Rule(
        "account",
        (),
        Shape(rf"(?:(?<![A-Za-z0-9])|(?<=%20)|(?<=%3D)|(?<=%22)|(?<=\\[nrt])){FRESH}(?:{_COUNTRIES})(?![A-Za-z0-9])"),
        is_iban,
        probe=r"(?-i:[A-Z]{2}\d{2}(?:%20|[ +.-])?[A-Z0-9]{4}(?:%20|[ +.-])?[A-Z0-9]{4}(?:%20|[ +.-])?[A-Z0-9]{3})",
    ),
    Rule(
        "account",
        (),
        Shape(
            rf"(?P<kept>(?<!aws )(?<!aws_)(?<!aws-){EDGE}{_ACCOUNT_STRONG}{_NUMBER}(?:{SIGNED}|[ ]is[ ]|[ ])"
            rf"(?:{QUOTE})?){FRESH}[A-Z0-9*]{{0,8}}\d(?:[ -]?\d){{4,24}}(?![\w.])",
            re.IGNORECASE,
        ),
        probe=probed(rf"{_ACCOUNT_STRONG}[^\n\d]{{0,16}}\d"),
    ),
)
PHONE_NAME = re.compile(rf"(?:^|[._-]){PHONE_LABEL}{_NUMBER}$", re.IGNORECASE)
ACCOUNT_NAME = re.compile(rf"(?:^|[._-]){_ACCOUNT_STRONG}{_NUMBER}$", re.IGNORECASE)
