"""Secrets that a tool shows, or is given, without their name beside them."""

import re

from inquest.contracts.redaction.keyed import is_drawn
from inquest.contracts.redaction.persons import is_person
from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, LINE, QUOTE, is_told, is_told_plainly, named

_WITHIN = r"(?:(?!(?P=quote))[^\n\\]){3,1024}(?=(?P=quote))"
_UPPER = "A-Z\u00c0-\u00de\u0104-\u017d\u0386-\u03ab\u0410-\u042f"
_CAPITAL = rf"[{_UPPER}][^\W\d_]{{1,40}}(?:['\u2019-][^\W\d_]{{1,40}})?"
# Where somebody types: $, #, >, ada@host:~$, and + of a script that prints what it does.
_PROMPT = r"(?:(?m:^)|(?<=\\n))(?:(?:\[?[\w.-]{1,32}@[\w.-]{1,64}[ :][\w~/.-]{0,64}\]?)?[$#>]|\+{1,4})[ ]"
_STATE = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)+(?:[_-]\d{1,4})?!?")
_WORDS = re.compile(
    r".*(?:fail|error|timeout|timed|refus|denied|connect|closed|open|ready|start|stop|healthy|retry|reset|down|up\b"
    r"|miss|exhaust|unavailable|ok\b|pool|queue|deferred|bounced|sent\b|delivered|replica|primary|leader).*",
    re.IGNORECASE,
)
# Programs that take a secret behind a letter.
_PROGRAMS = (
    r"(?:sshpass|mysql|mysqldump|mysqladmin|psql|ldap\w{1,12}|redis-cli|mongo\w{0,8}|curl|smbclient|rclone|openssl"
    r"|htpasswd|zip|7z)"
)
_ARGUMENTS = tuple(f' a{number}="' for number in range(1, 10))


def _is_given(value: str) -> bool:
    """Whether it is a password behind a login, and not a state behind the part of a program that is in it."""
    return is_told(value) and any(map(str.isalpha, value)) and not _WORDS.fullmatch(value)


def _is_answer(value: str) -> bool:
    """Whether a line is one, and no words of a message in their place."""
    return is_told(value) and not _STATE.fullmatch(value)


def _is_kept(value: str) -> bool:
    return is_drawn(value) or is_told(value)


def _is_seed(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= 2 and any(map(str.isalpha, value))


def _is_grouped(value: str) -> bool:
    digits = sum(any(map(str.isdigit, group)) for group in value.split())
    return digits >= 2 and any(map(str.isalpha, value))


SHOWN = (
    # A debugger prints what a name holds: (gdb) p conn->pgpass, and $1 = 0x55d3 "…" below it.
    named(
        r"\((?:gdb|lldb|dlv|i?pdb|rdbg)\)[ ]?(?:p|po|pp|print|call|inspect|x/s)[ ][^\n]{0,120}?"
        rf"(?:password|passwd|pwd|secret|api_?key|pgpass|token)[ ]?{LINE}"
        rf"(?:\$\d{{1,4}} = )?(?:\([^()\n]{{1,40}}\)[ ])?(?:0x[0-9a-f]{{4,16}}[ ])?(?P<quote>{QUOTE})",
        _WITHIN,
        *("(gdb)", "(lldb)", "(dlv)", "pdb)", "(rdbg)"),
        accept=_is_kept,
    ),
    # A command that answers with nothing but a secret, where it was typed, and not into a file or a pipe.
    named(
        rf"{_PROMPT}[^\n$`()<>]{{0,80}}?\b(?:argocd admin initial-password|op read|pass show|gopass show"
        r"|ecr get-login-password|auth print-(?:access|identity)-token|openssl rand"
        r"|vault (?:kv get|read) [^\n>]{0,80}-field=\S{1,40}"
        r"|get secret [^\n|>]{1,200}\|[ ]?base64 (?:-d|-D|--decode)|find-generic-password)\b"
        rf"(?:(?!\| ?docker)[^\n>`)]){{0,120}}{LINE}",
        rf"(?!\$)(?![A-Za-z_]\w{{0,40}}=)[^\s\"'\\]{{8,2048}}(?=[ \t]*(?:{LINE}|$))",
        *("initial-password", "op read", "pass show", "get-login-password", "auth print-", "openssl rand"),
        *("-field=", "base64 ", "find-generic-password"),
        accept=_is_answer,
    ),
    # The same state as a plan: resource "random_password" "db" { result = "…" }
    named(
        rf"\brandom_(?:password|bytes)(?:{QUOTE})[ ](?:{QUOTE})[\w-]{{1,64}}(?:{QUOTE})"
        r"[ ]?\{[^{}]{0,600}?"
        rf"\b(?:result|hex|base64|bcrypt_hash)[ ]{{0,20}}=[ ]{{0,4}}(?:{QUOTE})",
        r"[^\"\n\\]{4,1024}",
        *("random_password", "random_bytes"),
    ),
    # Arguments as an audit of the system calls lists them: a0="sshpass" a1="-p" a2="…", a3="--db-password" a4="…"
    named(
        rf"\ba0=\"(?:[^\"\n]{{0,64}}/)?{_PROGRAMS}\"(?:[ ]a\d{{1,2}}=\"[^\"\n]{{0,200}}\"){{0,12}}?"
        r"[ ]a\d{1,2}=\"-[pPwa]\"[ ]a\d{1,2}=\"",
        r"[^\"\n]{4,1024}(?=\")",
        *_ARGUMENTS,
        accept=is_told,
        also=(' a0="',),
    ),
    named(
        r"\ba\d{1,2}=\"--?(?:\w{1,16}-){0,3}(?:pass(?:word|wd|phrase)?|token|secret|api-?key)\"[ ]a\d{1,2}=\"",
        r"[^\"\n]{4,1024}(?=\")",
        *_ARGUMENTS,
        accept=is_told,
    ),
    # The list of users of a pool of connections.
    named(r"\"[^\"\n]{1,64}\"[ \t]{1,8}\"", r"md5[0-9a-f]{32}(?=\")", '"md5', accept=None),
    # <password_sha256_hex>…, and what Maven keeps: <master>{…}</master>
    named(
        r"<(?P<tag>\w{0,24}(?:password|passwd|secret)(?:_(?:double|sha\d{0,3}|hash|hex|md5|plain|plaintext|clear"
        r"|cleartext|value|text)){1,3})>\s{0,8}",
        r"[^<>\s]{8,1024}(?=\s{0,8}</(?P=tag)>)",
        *("password_", "passwd_", "secret_"),
        accept=is_told,
    ),
    named(r"<(?:master|passphrase)>\s{0,8}", r"\{[A-Za-z0-9+/=]{16,512}\}", "<master>", "<passphrase>"),
    # The users of a broker, all of them in one line.
    named(
        r"(?<![\w.-])user_(?!(?:filter|provider|id|principals?|name|base|realm|attr\w*|search\w*)=)[\w.-]{1,64}="
        rf"(?P<quote>{QUOTE})",
        _WITHIN,
        "plainloginmodule",
        also=("user_",),
    ),
    # A name and a password in one: ^mailer^…, [smtp.example.com]:587 mailer:…
    named(r"\bclient_send[ ]{0,8}[=:][ ]{0,8}[^\n^]{0,40}\^[^\s^]{0,128}\^", r"\S{3,256}", "client_send"),
    named(
        r"(?m:^)[ \t]{0,8}(?:\[(?=[\w-]{1,64}[.:])[\w.:-]{1,128}\]"
        r"|(?:smtp|mail|relay)[\w-]{0,32}(?:\.[\w-]{1,63}){1,6})"
        r":\d{2,5}[ \t]{1,8}[\w.@+-]{1,128}:",
        r"[^\s:]{4,256}(?=[ \t]{0,8}(?:\r?\n|$))",
        *("]:", "smtp", "mail", "relay"),
        accept=_is_given,
    ),
    # Of the command line of Jenkins. What a scheme or a digest is called is no user.
    named(
        rf"(?<![\w-])-auth[ =](?:{QUOTE})?(?!(?:basic|digest|bearer|sha\d*|md5|ldaps?|header|realm|host|file|oauth2?"
        r"|token):)"
        r"[\w.@$+-]{1,64}:",
        r"(?!//)[^\s\"'`\\]{4,1024}",
        "-auth",
        accept=_is_kept,
    ),
    named(
        r"\bBUNDLE_(?=[A-Z0-9_]{0,80}?__)[A-Z0-9_]{3,80}[\"']?[ ]?[:=][ ]?[\"']?[\w.@+-]{1,64}:",
        r"[^\s\"']{4,256}",
        "bundle_",
        accept=is_told_plainly,
        also=("__",),
    ),
    named(r"\bb2 (?:authorize-account|account authorize)[ ]\w{12,32}[ ]", r"[\w/+]{25,40}", "b2 a", accept=is_drawn),
    named(
        r"\b(?:printf|echo)(?: -n)? (?P<quote>[\"'])",
        r"(?:(?!(?P=quote))\S){4,256}(?=(?P=quote) \| (?:docker secret create"
        r"|kubectl create secret|base64\b|vault |gh secret set|passwd\b|chpasswd\b|sudo -S))",
        *("docker secret", "create secret", "| base64", "| vault", "secret set", "passwd", "sudo -s"),
        accept=_is_kept,
    ),
    # A seed of one-time passwords, in base 32, and as a telephone shows it, in groups.
    named(
        rf"(?<![a-z])(?:totp|mfa|otp|2fa|authenticator)[^\n]{{0,60}}?\bseed(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}"
        rf"(?:{QUOTE})?",
        r"(?-i:[A-Z2-7]{16,64})={0,6}(?!\w)",
        "seed",
        accept=_is_seed,
        also=("otp", "mfa", "2fa", "authenticator"),
    ),
    named(
        rf"authenticator[ _-]?(?:key|secret|seed|code)(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}(?:{QUOTE})?",
        r"[a-z0-9]{4}(?:[ ][a-z0-9]{4}){3,15}(?! ?\w)",
        "authenticator",
        accept=_is_grouped,
    ),
    named(
        rf"\b(?:minisign|signify) (?:encrypted )?secret key{LINE}",
        r"[A-Za-z0-9+/=]{40,512}",
        "secret key",
        accept=None,
    ),
    # Where to connect to is a variable, the two after it are not: getConnection(url, "orders", "…")
    named(
        rf"\b(?:getConnection|mysqli_connect|PDO)\(\$?[A-Za-z_][\w.]{{0,64}},\s{{0,4}}"
        rf"(?:{QUOTE})[^\"'\n\\]{{1,128}}(?:{QUOTE}),\s{{0,4}}(?P<quote>{QUOTE})",
        _WITHIN,
        *("getconnection(", "mysqli_connect(", "pdo("),
        accept=is_told,
    ),
)
_Q = r"\\{0,7}\""
_WHO = r"(?:reporter|assignee|creator|requester|approver|reviewer)"
# Within an object, not of what has a kind or is an organisation; its pictures may come first.
_PART = (
    rf"(?:(?!{_Q}kind{_Q}|{_Q}@?type{_Q}\s{{0,4}}:\s{{0,4}}{_Q}Organization)"
    rf"(?:{_Q}avatarUrls{_Q}\s{{0,4}}:\s{{0,4}}\{{[^{{}}]{{0,1000}}\}}|[^{{}}]))"
)
NESTED_NAMES = (
    # Who did it, as APIs nest it: "reporter":{"displayName":"…"}
    Rule(
        "name",
        ("reporter", "assignee", "creator", "requester", "approver", "reviewer"),
        Shape(
            rf"(?P<kept>{_Q}{_WHO}{_Q}\s{{0,4}}:\s{{0,4}}\{{{_PART}{{0,400}}?{_Q}(?i:display_?name|full_?name"
            rf"|real_?name){_Q}\s{{0,4}}:\s{{0,4}}{_Q}){FRESH}{_CAPITAL}(?: {_CAPITAL}){{1,3}}(?={_Q})"
            rf"(?!{_Q},[^{{}}]{{0,200}}?{_Q}(?:kind|@?type){_Q})"
        ),
        is_person,
        also=("name",),
    ),
    # An entry of a directory, whose number of a device is called so too.
    Rule(
        "name",
        (),
        Shape(rf"(?m)(?P<kept>^(?i:sn|givenname):(?: |: )){FRESH}(?:(?<=:: )|(?=[{_UPPER}][^\W\d_]))[^\n\d]{{2,120}}$"),
        is_person,
        probe=r"(?:^|\n)dn: [^\n]|\nobjectclass:|^objectclass:",
    ),
)
