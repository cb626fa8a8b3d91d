"""Secrets that people tell each other: chat, tickets, notes, and messages of programs in whole sentences."""

import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import (
    FRESH,
    KEY_NAMES,
    QUOTE,
    is_secret,
    is_told,
    is_told_plainly,
    named,
)

WHAT = (
    r"(?!(?-i:PASS\b))(?:pass(?:word|phrase|code)|passwd|pwd?|pass|(?:(?:api|access|secret|auth|licen[sc]e"
    r"|signing|encryption|private|service|admin|root|app|client|webhook|shared|hmac|decryption|ssh|master|deploy"
    r"|session|vault)"
    r"[ _-]?(?:key|token|secret))|secret|token|psk|p/w|credentials?|creds?)"
)
ANCHORS = ("pass", "pw", "key", "token", "secret", "psk", "cred")
_OF = (
    r"(?: (?:for|of|on|to|in|at|from|used by|@)(?: (?:the|our|my|your|this|that))? [\w@.:/'<>-]{1,64}(?: (?!is\b"
    r"|was\b|to\b|should\b)[\w-]{1,24}){0,3}?)?"
)
_LINK = (
    r"(?:['\u2019]s(?= )|(?:'s|,)?(?: (?:is|was|are|will be|should be|must be|would be|might be|has been"
    r"|had been|have been|now|still|currently|just"
    r"|set|changed|reset|rotated|updated|switched|back|to|provided|equals|reads|as|says?|temporarily|again"
    r"|generated)){1,4}[:=]?"
    r"|[ ]?(?::|=|->|\u2192|=>|\u2013|\u2014|--|-(?= )|\||[ ]\((?:currently|now|was|is|temp|old|new|it's)[:=]?))"
)
_WRAP = rf"(?:[ \t]{{1,3}}|(?<=[|-]))(?:{QUOTE}|[`*_(\[<\u201c\u2018\u00ab]{{1,3}}|b'|\|\|)?"
TOLD_VALUE = r"[^\s\"'`\u201c\u201d\u2019\u00bb]{4,256}"
_SAYS = frozenset(
    """
    a already an and are argument at available be been but by can change changed correct could does empty enter expired
    failed field for found from given has have in incorrect invalid is it least less match missing more must new no not
    of on or please provided required reset set should supported that the this to too try used valid value was when will
    with wrong you your
    """.split()  # noqa: SIM905 - as words they can be read
)


def _is_phrase(value: str) -> bool:
    """Whether words in quotes are a passphrase, and not a sentence about one."""
    return is_secret(value) and _SAYS.isdisjoint(re.split(r"[ ,-]+", value.lower()))


TOLD = (
    # The password for staging is …, db pw -> …, the API key for checkout was changed to …
    named(
        rf"\b(?:password|passphrase|passcode|mnemonic)\b[^\n\"'`:=]{{0,40}}?(?: (?:is|was|to)|:|=)?[ ]?"
        rf"(?P<quote>{QUOTE}|`)",
        r"[A-Za-z]{3,12}(?:[ ,-]{1,2}[A-Za-z]{3,12}){2,11}(?=(?P=quote))",
        "pass",
        "mnemonic",
        accept=_is_phrase,
    ),
    # Alone on a line, after a sentence: Please use the following password to proceed:
    named(
        r"\b(?:password|passphrase|passcode|token|(?:api|access|secret) key)\b[ ][\w(][^\n]{0,120}:[ \t]{0,3}"
        r"(?:(?:\\r|\r)?(?:\n|\\n)[ \t]{0,8}){1,4}",
        r"[^\s\"'`\\]{8,128}(?=[ \t]{0,3}(?:\r|\\r)?(?:\n|\\n|\"|$))",
        *ANCHORS,
        accept=lambda value: is_told(value.replace("=", "-")),
    ),
    named(
        rf"(?<![\w-])(?<!rename )(?-i:[A-Z][A-Z0-9_]{{0,40}}_)?[*_]{{0,2}}{WHAT}[*_]{{0,2}}{_OF}{_LINK}{_WRAP}",
        TOLD_VALUE,
        *ANCHORS,
        accept=is_told_plainly,
    ),
    named(
        rf"(?<![\w-]){WHAT}(?: (?!is\b|was\b|to\b)[\w'-]{{1,24}}){{1,4}}? (?:is|was|=)(?: now)?:?{_WRAP}",
        TOLD_VALUE,
        *ANCHORS,
        accept=is_told,
    ),
    named(
        r"\bkey (?:for|to) (?:the |our )?[\w.@-]{1,64}(?: is|:|=)[ ][\"'`]?",
        TOLD_VALUE,
        "key for",
        "key to",
        accept=lambda value: len(value) >= 10 and is_told(value),
    ),
    named(
        r"\b(?:tried|typed|entered|used|using|pasted)[ ](?:the )?[\"'`]?",
        TOLD_VALUE + r"(?=[\"'`]?[^\n]{0,40} (?:password|passphrase|passcode|pw)\b)",
        "pass",
        "pw",
        accept=is_told,
    ),
    # A temporary password is generated for root@localhost: …
    named(
        rf"\b(?:password|passwd|passphrase|passcode|pw|pwd)\b(?:[ ][\w@.'()/-]{{1,64}}){{0,8}}:[ ](?:{QUOTE}"
        rf"|[`*(]{{1,2}})?",
        TOLD_VALUE,
        *("pass", "pw"),
        accept=is_told,
    ),
    # use password …, user bob pass …, with password (…)
    named(
        rf"(?<![\w-])(?!(?-i:PASS\b))(?:password|passphrase|passcode|passwd|pass|pwd?)[ \t]{{1,3}}(?:{QUOTE}"
        rf"|[`*(\u201c]{{1,2}})?",
        TOLD_VALUE,
        *ANCHORS,
        accept=is_told,
    ),
    named(
        r"\b(?:use|using|with|try|tried|enter(?:ed)?|type|gave|user(?:name)? [\w.@-]{1,64},?(?: and)?"
        r"|login [\w.@-]{1,64},?(?: and)?)(?: the| this| my)?"
        rf" (?:password|passphrase|passwd|pass|pw)[ ](?:{QUOTE}|[`*(]{{1,2}})?",
        TOLD_VALUE,
        *("pass", "pw"),
        accept=is_told_plainly,
    ),
    named(
        r"\b(?:password|passphrase|passcode|passwd|pwd?)[ ]{0,2}(?:[`(\u201c]{1,2})",
        r"[^\s\"'`)\u201d]{4,256}(?=[`)\u201d])",
        "pass",
        "pw",
        accept=is_told_plainly,
    ),
    # In quotes it is told, whatever it is made of: messages that repeat what they were given.
    named(
        rf"\b(?:password|passphrase|passcode)\b(?:(?: for [\w@.'-]{{1,64}})? (?:is|was|to|like|in"
        rf"|of))?[ \t]{{1,3}}\(?(?P<quote>{QUOTE})",
        r"[^\s\"'\\]{3,256}(?=(?P=quote))",
        "pass",
    ),
    # changed password from … to …
    named(
        rf"\b{WHAT}\b(?: [\w@.'-]{{1,32}}){{0,3}}? from[ ](?:{QUOTE}|[`*]{{1,2}})?",
        TOLD_VALUE + r"(?=[\"'`*]{0,2} (?:to|->|into)\b)",
        *ANCHORS,
        accept=is_told_plainly,
    ),
    named(
        r"\b(?:changed?|rotated?|updated?|reset|set|switched) (?:the |my |your "
        rf"|our )?(?:[\w-]{{1,20}} ){{0,3}}?{WHAT}\b[^\n:]{{0,60}}? to[ ](?:{QUOTE}|[`*]{{1,2}})?",
        TOLD_VALUE,
        *ANCHORS,
        accept=is_told,
    ),
    # The value before its name: use … as the password, `…` is the new root password.
    Rule(
        "password",
        ("pass", "pw", "passphrase", "secret", "token", "key"),
        Shape(
            rf"(?P<kept>(?<![^\s\"'`(>*_=:\u201c])(?<!redacted:)){FRESH}[^\s\"'`\u201c\u201d]{{4,256}}"
            r"(?=[\"'`*_\u201d)]{0,3},? (?:(?:is|was|as|are|for|be|being)|(?:should|will|must) be"
            r"|=)(?: now)?(?: the| my| our| your| a| its)?(?: [\w-]{1,20}){0,3}?"
            r" (?:password|passphrase|passcode|pwd?|passwd|pass|api key|secret key|access key|token|secret)\b)",
            re.IGNORECASE,
        ),
        is_told,
    ),
    Rule(
        "password",
        ("pass", "pw", "secret", "token", "key"),
        Shape(
            rf"(?P<kept>(?<!\w)[\"'`\u201c]){FRESH}[^\s\"'`\u201c\u201d]{{4,256}}"
            r"(?=[\"'`\u201d] (?:is|was|as|for)(?: the| my| our| your| a"
            r"| its)?(?: [\w-]{1,20}){0,3}? (?:password|passphrase|passcode|pwd?|passwd|pass)\b)",
            re.IGNORECASE,
        ),
        is_told_plainly,
    ),
    named(
        rf"(?<![\w-]){WHAT}{_WRAP}",
        TOLD_VALUE
        + r"(?=[\"'`*_)]{0,3} (?:is|was|has|does|did|isn't|doesn't|stopped|expired|rejected|revoked|failed|not"
        r"|no longer|works?)\b)",
        *ANCHORS,
        accept=is_told,
    ),
)
CREDENTIALS = (
    # Words of a wallet.
    named(
        r"\b(?:mnemonic(?:[ _-](?:phrase|words))?|(?:seed|recovery|secret|backup|wallet)[ _-]?(?:phrase|words"
        r"|seed))\b[^\n:=]{0,30}(?:[:=]"
        r"|\bis\b)[ \t]{0,3}(?:\\{0,3}[\"'`])?",
        r"(?:(?:\d{1,2}[.):] ?)?[a-z]{3,8}[ ,]{1,2}){11,24}(?:\d{1,2}[.):] ?)?[a-z]{3,8}",
        *("mnemonic", "phrase", "words"),
        accept=None,
    ),
    # creds: bob / …, log in as bob:…
    named(
        r"(?<![\w-])(?:creds?|credentials?|credz|user[:/]pass(?:word)?|user(?:name)?/password|login|logins"
        r"|log[ -]?in|acct|account|auth|userpass|basic[ _]auth)\b"
        r"(?: (?:details|info|data|for (?:(?:the|our|my) )?[\w.-]{1,64}(?: [\w.-]{1,24}){0,3}?))?"
        r"(?:[ \t]{0,3}[:=]|[ ](?:are|is|with|as"
        r"|using))[ \t]{0,3}[\"'`(]{0,2}[\w.@\\+-]{1,128}"
        r"(?: ?[/:|] ?|, ?| and )[\"'`]{0,2}",
        r"(?!/)[^\s\"'`,;\\)}]{4,256}",
        *("cred", "user", "login", "log in", "acct", "account", "auth"),
        accept=is_told,
    ),
    named(
        r"\b(?:auth\w{0,14}|log[io]n|sign-?in) (?:failed|failure|error|attempt|rejected|denied|succeeded"
        r"|success)(?: for| with| by| using)?(?: user)?:? [\[(]?(?:b?')?"
        r"[\w.@+-]{1,64}'?[/:](?:b?')?",
        r"(?!/)[^\s\"'`,;\\)}\]]{4,256}",
        *("auth", "login", "logon", "sign"),
        accept=is_told,
    ),
    named(
        r"(?<![\w-])(?:creds?|credentials?|credz) [\w.@+-]{1,64}[/:]",
        r"(?!/)[^\s\"'`,;\\)}\]]{4,256}",
        "cred",
        accept=is_told,
    ),
    named(
        r"(?<![\w-])(?:creds?|credz|user[:/]pass(?:word)?"
        r"|login as)(?: for [\w.-]{1,64})?[:= ]{1,4}[\"'`]{0,2}[\w.@\\+-]{1,128}(?: ?[/:|] ?)[\"'`]{0,2}",
        r"(?!/)[^\s\"'`,;\\)}]{4,256}",
        *("cred", "user", "login as"),
        accept=is_told_plainly,
    ),
)
_CODED = re.compile(r"\d|[^\W\daeiouy_]{4}", re.IGNORECASE)  # a digit, or what nobody can pronounce
TOLD_KEYS = (
    # A long value of letters and digits right after the word for it: "api key … is not valid".
    named(
        rf"(?:(?:\b|(?<=[A-Z0-9]_))(?:{KEY_NAMES}|(?:api|access|secret) key)|\bsession(?: id)?) {{1,3}}(?:(?:is"
        rf"|was|value|id"
        rf"|provided:?|supplied:?|received:?) )?(?:{QUOTE}|[`(\[<])?",
        r"(?=[A-Za-z+/_-]{0,64}\d)(?=[\d+/_-]{0,64}[A-Za-z])[\w+/=.~-]{16,1024}",
        *ANCHORS,
        "session",
        accept=lambda value: is_secret(value) and not value.startswith(("/", "secret/", "request_id=", "trace_id=")),
    ),
    named(
        r"\b(?:key|token|secret)s? (?:provided|supplied|received|given|used|presented|was"
        rf"|is)[: ]{{1,2}}(?:{QUOTE}|`)?",
        r"(?=[A-Za-z+/_-]{0,64}\d)[\w+/=~-]{16,1024}",
        "key",
        "token",
        "secret",
    ),
    # Keys of a vault, and lists of codes that restore an account.
    named(
        r"\b(?:unseal|recovery) key(?: \d{1,2})?(?: \([\w ]{1,20}\))?[:= ]{1,3}",
        r"[A-Za-z0-9+/=]{20,128}",
        "unseal key",
        "recovery key",
        "unseal",
        accept=is_secret,
    ),
    named(
        r"\b(?:unseal|recovery)_keys?\w{0,8}\\?[\"'][ :=]{1,4}\["
        r"|\bkeys(?:_base64)?\\?[\"'][ ]?:[ ]?\[(?=\s{0,20}\\?[\"'][A-Za-z0-9+/=]{40,90}\\?[\"'])",
        r"(?:[\s,\"'\\]{0,24}[A-Za-z0-9+/=]{32,128}){1,16}",
        *("unseal_key", "recovery_key", "keys"),
        accept=None,
    ),
    named(
        r"\b(?:recovery|backup|rescue|scratch)[ _-]codes?\b[^\n:=]{0,30}[:=][\s\[\"'\\]{0,8}",
        r"(?:[A-Za-z0-9]{3,12}(?:-[A-Za-z0-9]{3,12}){0,3}[\s,\"'\\;]{1,6}){0,16}[A-Za-z0-9]{3,12}(?:-"
        r"[A-Za-z0-9]{3,12}){0,3}",
        *("recovery", "backup", "rescue", "scratch"),
        accept=lambda value: len(value) >= 6 and is_secret(value) and _CODED.search(value) is not None,
    ),
)
