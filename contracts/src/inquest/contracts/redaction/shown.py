"""Secrets that a tool shows, or is given, without their name beside them."""

import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, KEY_NAMES, QUOTE, is_told, is_told_plainly, named

_LINE = r"(?:\r?\n|\\r\\n|\\n)"
_WITHIN = r"(?:(?!(?P=quote))[^\n\\]){3,1024}(?=(?P=quote))"
_UPPER = "A-Z\u00c0-\u00de\u0104-\u017d\u0386-\u03ab\u0410-\u042f"
_CAPITAL = rf"[{_UPPER}][^\W\d_]{{1,40}}(?:['\u2019-][^\W\d_]{{1,40}})?"
_THING = re.compile(
    r"\b(?:bot|service|team|user|account|automation|support|system|app|api|ci|platform|actions)\b", re.IGNORECASE
)
SHOWN = (
    # A debugger prints what a name holds: (gdb) p conn->pgpass, and $1 = 0x55d3 "…" below it.
    named(
        r"\((?:gdb|lldb|dlv|i?pdb|rdbg)\)[ ]?(?:p|po|pp|print|call|inspect|x/s)[ ][^\n]{0,120}?"
        rf"(?:{KEY_NAMES}|\w{{1,8}}pass\b)[^\n]{{0,40}}{_LINE}"
        rf"(?:\$\d{{1,4}} = )?(?:\([^()\n]{{1,40}}\)[ ])?(?:0x[0-9a-f]{{4,16}}[ ])?(?P<quote>{QUOTE})",
        _WITHIN,
        *("(gdb)", "(lldb)", "(dlv)", "pdb)", "(rdbg)"),
    ),
    # A command that answers with nothing but a secret.
    named(
        r"(?:argocd admin initial-password|op read|pass show|gopass show|ecr get-login-password"
        r"|auth print-(?:access|identity)-token|openssl rand|vault (?:kv get|read) [^\n]{0,80}-field=\S{1,40}"
        rf"|get secret [^\n|]{{1,200}}\|[ ]?base64 (?:-d|-D|--decode)|find-generic-password)[^\n]{{0,120}}{_LINE}",
        rf"(?!\$)[^\s\"'\\]{{8,2048}}(?=[ \t]*(?:{_LINE}|$))",
        *("initial-password", "op read", "pass show", "get-login-password", "auth print-", "openssl rand"),
        *("-field=", "base64 ", "find-generic-password"),
        accept=is_told,
    ),
    # The same state as a plan: resource "random_password" "db" { result = "…" }
    named(
        rf"\brandom_(?:password|string|bytes|id)(?:{QUOTE})[ ](?:{QUOTE})[\w-]{{1,64}}(?:{QUOTE})"
        r"[ ]?\{[^{}]{0,600}?"
        rf"\b(?:result|hex|base64|b64_std|bcrypt_hash)[ ]{{0,20}}=[ ]{{0,4}}(?:{QUOTE})",
        r"[^\"\n\\]{4,1024}",
        *("random_password", "random_string", "random_bytes", "random_id"),
    ),
    # Arguments as an audit of the system calls lists them: a1="-p" a2="…"
    named(
        r"\ba\d{1,2}=\"-(?:p|P|w|a|-?pass\w{0,12}|-token|-secret|-api-?key)\"[ ]a\d{1,2}=\"",
        r"[^\"\n]{4,1024}(?=\")",
        ' a1="',
        ' a2="',
        *(f' a{number}="' for number in range(3, 10)),
        accept=is_told,
    ),
    named(r"(?:(?<=[\"' |])|(?m:^))(?=md5[0-9a-f]{32}(?:[\"' |]|$))", r"md5[0-9a-f]{32}", "md5", accept=None),
    # <password_sha256_hex>…, and what Maven keeps: <master>{…}</master>
    named(
        r"<(?P<tag>\w{0,24}(?:password|passwd|secret)_\w{1,24})>\s{0,8}",
        r"[^<>\s]{8,1024}(?=\s{0,8}</(?P=tag)>)",
        *("password_", "passwd_", "secret_"),
        accept=is_told,
    ),
    named(r"<(?:master|passphrase)>\s{0,8}", r"\{[A-Za-z0-9+/=]{16,512}\}", "<master>", "<passphrase>"),
    named(
        rf"loginmodule[^;]{{0,1024}}?\buser_[\w.-]{{1,64}}=(?P<quote>{QUOTE})",
        _WITHIN,
        "loginmodule",
        also=("user_",),
    ),
    # A name and a password in one: ^mailer^…, [smtp.example.com]:587 mailer:…
    named(r"\bclient_send[ ]{0,8}[=:][ ]{0,8}[^\n^]{0,40}\^[^\s^]{0,128}\^", r"\S{3,256}", "client_send"),
    named(
        r"(?m:^)[ \t]{0,8}\[[\w.-]{1,128}\](?::\d{2,5})?[ \t]{1,8}[\w.@+-]{1,128}:",
        r"[^\s:]{4,256}(?=[ \t]{0,8}(?:\r?\n|$))",
        "[",
        also=("]",),
        accept=is_told_plainly,
    ),
    named(
        r"\bBUNDLE_[A-Z0-9_]{3,80}[\"']?[ ]?[:=][ ]?[\"']?[\w.@+-]{1,64}:",
        r"[^\s\"']{4,256}",
        "bundle_",
        accept=is_told_plainly,
    ),
    named(r"\bb2 (?:authorize-account|account authorize)[ ]\w{12,32}[ ]", r"[\w/+]{25,40}", "b2 a", accept=None),
    named(
        r"\b(?:printf|echo)(?: -n)? (?P<quote>[\"'])",
        r"(?:(?!(?P=quote))[^\n]){4,256}(?=(?P=quote) \| (?:docker secret create"
        r"|kubectl create secret|base64\b|vault |gh secret set|passwd\b|chpasswd\b|sudo -S))",
        *("docker secret", "create secret", "| base64", "| vault", "secret set", "passwd", "sudo -s"),
        accept=is_told,
    ),
    # A seed of one-time passwords, in base 32, and as a telephone shows it, in groups.
    named(
        rf"\bseed(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}(?:{QUOTE})?", r"(?-i:[A-Z2-7]{16,64})={0,6}", "seed", accept=None
    ),
    named(
        rf"authenticator[ _-]?(?:key|secret|seed|code)(?:{QUOTE})?[ ]{{0,2}}[:=][ ]{{0,2}}(?:{QUOTE})?",
        r"[a-z0-9]{4}(?:[ ][a-z0-9]{4}){3,15}",
        "authenticator",
        accept=None,
    ),
    named(
        rf"\b(?:minisign|signify) (?:encrypted )?secret key{_LINE}",
        r"[A-Za-z0-9+/=]{40,512}",
        "secret key",
        accept=None,
    ),
    # Where to connect to is a variable, the two after it are not: getConnection(url, "orders", "…")
    named(
        rf"\b(?:getConnection|createConnection|connect)\([A-Za-z_][\w.]{{0,64}},\s{{0,4}}"
        rf"(?:{QUOTE})[^\"'\n\\]{{1,128}}(?:{QUOTE}),\s{{0,4}}(?P<quote>{QUOTE})",
        _WITHIN,
        *("connection(", "connect("),
    ),
)
NESTED_NAMES = (
    # Who did it, as APIs nest it: "reporter":{"displayName":"…"}
    Rule(
        "name",
        (
            "reporter",
            "assignee",
            "creator",
            "author",
            "committer",
            "actor",
            "requester",
            "approver",
            "reviewer",
            "owner",
        ),
        Shape(
            r"(?P<kept>\\{0,7}\"(?:reporter|assignee|creator|author|committer|actor|requester|approver|reviewer|owner)"
            r"\\{0,7}\"\s{0,4}:\s{0,4}\{[^{}]{0,400}?\\{0,7}\"(?i:display_?name|full_?name|real_?name|name)\\{0,7}\""
            rf"\s{{0,4}}:\s{{0,4}}\\{{0,7}}\"){FRESH}{_CAPITAL}(?: {_CAPITAL}){{1,3}}(?=\\{{0,7}}\")"
        ),
        lambda value: not _THING.search(value),
        also=("name",),
    ),
    # An entry of a directory.
    Rule(
        "name",
        ("sn:", "givenname:", "gecos:"),
        Shape(rf"(?im)(?P<kept>^(?:sn|givenname|gecos):{{1,2}}[ ]){FRESH}[^\n]{{2,120}}"),
        also=("dn:", "objectclass"),
    ),
)
