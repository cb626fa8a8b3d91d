"""Secrets as programs dump what they hold, and in documents that have a place of their own for one."""

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import ASSIGN, FRESH, KEY_NAMES, LINE, QUOTE, is_secret, is_told, named

_KEYS = ("pass", "pwd", "secret", "key", "credential", "token", "pw", "psk")
_BLOCK = r"[^<>]{3,8192}"
DUMPS = (
    # A type, and how long it is, before the value: Go's spew, PHP, R, CLI dumps.
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?\]?{ASSIGN}\(?\*?[A-Za-z][\w.*\[\]/<>]{{0,60}}\)?[ ]?(?:\((?:len|cap|size"
        rf"|length)[=:][^()\n]{{1,40}}\)[ ]?)?(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n]){1,1024}(?=(?P=quote))",
        *("(len=", "(cap=", "(size=", "(length", "(string)", "(str)", "string)"),
    ),
    named(
        rf"\bs:\d{{1,4}}:\\{{0,3}}\"[^\"\n]{{0,64}}?(?:{KEY_NAMES})\\{{0,3}}\";s:\d{{1,6}}:\\{{0,3}}\"",
        r"[^\"\n\\]{1,1024}",
        probe=r"s:\d{1,4}:\\*\"",
        also=_KEYS,
    ),
    named(rf"\$[\w.$]{{0,64}}(?:{KEY_NAMES})`?{LINE}\[1\] \"", r"[^\"\n]{1,1024}", "[1]"),
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?[ ]?(?:[:=]|=>|,)[ ]?(?P<triple>\"{{3}}|'{{3}}|`{{3}})(?:\\?{LINE})?",
        r"(?:(?!(?P=triple))[^\\]){1,2048}",
        '"' * 3,
        "'" * 3,
        "`" * 3,
    ),
    named(
        rf"\b(?:pwd|password|passwd|secret)=\{{(?!\w{{0,20}}(?:{KEY_NAMES})\}})",
        r"[^}\n]{3,256}(?=\})",
        "={",
        also=_KEYS,
        accept=is_told,
    ),
    # Tcl and TeX wrap in braces, Lisp puts a colon in front, Objective-C an at sign.
    named(
        rf"(?:(?<=\s)|(?<=^))[-:]?(?:{KEY_NAMES})(?:[ ]{{1,3}}(?:[.=] ?)?|=[ ]?)(?:\{{|@?(?P<quote>{QUOTE}))",
        r"[^\s{}\"'\\]{6,256}(?=[}\"'])",
        *_KEYS,
        accept=is_told,
    ),
    # <Key>Password</Key> <Value Protect="True">…
    named(
        rf"<(?P<tag>[\w:]{{1,24}})(?: [^<>]{{0,120}})?>[\w ./-]{{0,40}}(?:{KEY_NAMES})</(?P=tag)>\s{{0,40}}<"
        rf"[\w:]{{1,24}}(?: [^<>]{{0,120}})?>(?:<!\[CDATA\[)?",
        r"[^<>\]]{1,1024}(?=[<\]])",
        *_KEYS,
        also=("</",),
    ),
    named(
        r"<(?P<tag>D|P|Q|DP|DQ|InverseQ)>",
        r"[A-Za-z0-9+/=\s]{40,2048}(?=</(?P=tag)>)",
        *("<d>", "<p>", "<q>", "<dp>", "<dq>", "<inverseq>"),
        kind="private-key",
        accept=None,
    ),
    # Blocks with a name and a password in lines, as of OpenVPN.
    named(
        rf"<auth-user-pass>\s{{0,8}}[^\s<>]{{1,128}}{LINE}[ \t]{{0,8}}",
        r"[^\s<>\\]{1,256}",
        "<auth-user-pass>",
        accept=None,
    ),
    named(
        r"<(?P<tag>secret|tls-auth|tls-crypt(?:-v2)?|pkcs12|key)>\s{0,8}",
        r"[^<>\s]{40,8192}(?=\s{0,8}</(?P=tag)>)",
        *("<secret>", "<tls-", "<pkcs12>", "<key>"),
        accept=None,
    ),
    # What a network's QR code says, and how Windows shows a network.
    named(r"\bWIFI:(?:[TSHRE]:[^;\n]{0,128};){0,4}P:\"?", r"(?:\\.|[^;\n\\\"]){1,128}", "wifi:", accept=None),
    named(r"\bKey Content[ \t]{1,20}:[ ]", r"[^\s]{5,128}", "key content", accept=None),
    named(
        r"(?:\bSch(?:l\u00fcsselinhalt|lusselinhalt)|\bContenu de la cl\u00e9|\bContenido de la clave"
        r"|\bContenuto chiave)[ \t]{0,20}:[ ]",
        r"[^\s]{5,128}",
        *("inhalt", "contenu", "contenido de la clave"),
        accept=None,
    ),
    named(r"\botpauth://[^\s\"'<>]{0,256}?\bsecret=", r"[A-Za-z2-7=]{8,256}", "otpauth://", accept=None),
    # An encrypted body can be guessed at: the vault's lines, an encrypted block of Rails, of sops, of git-crypt.
    named(
        rf"\$ANSIBLE_VAULT;[\w.;-]{{1,64}}[ \t]{{0,4}}{LINE}[ \t]{{0,40}}",
        rf"[0-9a-f]{{16,128}}(?:{LINE}[ \t]{{0,40}}[0-9a-f]{{16,128}}){{0,400}}",
        "$ansible_vault",
        accept=None,
    ),
    # Rules of an access list: user bob on >…
    named(
        r"\buser[ \t]{1,3}[\w.@-]{1,64}(?:[ \t]{1,3}(?:on|off|reset\w{0,8}|sanitize-payload"
        r"|[~&+%-]\S{1,64})){1,12}[ \t]{1,3}[>#]",
        r"[^\s>]{3,256}",
        " on >",
        " on #",
        " >",
        accept=is_secret,
    ),
    named(r"\buser[ \t]{1,3}[\w.@-]{1,64}[ \t]{1,3}(?:on|off)[ \t]{1,3}[>#]", r"[^\s>]{3,256}", " on >", " on #"),
    # Numbered kinds of passwords on network gear; 7 can be read back, 5, 8 and 9 can be guessed.
    named(
        r"\b(?:password|secret|key)[ \t]{1,3}(?:0|4|5|6|7|8|8a|9)[ \t]{1,3}",
        r"[^\s\"']{4,256}(?=[ \t]{0,3}(?:\r|\n|\\n|\"|$))",
        *("password ", "secret ", "key "),
        accept=is_told,
    ),
    named(r"(?<![\w-])-setcookie[ \t=,\"']{1,4}", r"[A-Za-z0-9_-]{6,256}", "-setcookie"),
    named(r"\{cookie,[ ]?'?|\bset_cookie\([^()]{0,64}?,[ ]?'?", r"[A-Z0-9_]{6,256}", "{cookie,", "set_cookie("),
    # What an infrastructure's state keeps: {"type":"random_password",…,"result":"…"}
    named(
        rf"(?:{QUOTE})random_(?:password|string|bytes)(?:{QUOTE})[^\0]{{0,1024}}?\b(?:result|hex|base64|b64_std"
        rf"|bcrypt_hash)(?:{QUOTE})[ ]?:[ ]?(?:{QUOTE})",
        r"[^\"\n\\]{4,1024}",
        "random_password",
        "random_string",
        "random_bytes",
    ),
    Rule(
        "password",
        (" key", "licen", "product"),
        Shape(
            r"(?P<kept>(?i:\b(?:product|licen[sc]e|activation|serial|windows|office|cd"
            rf"|registration)[ _-]?(?:product )?(?:key|code|number)?[^\n:=]{{0,16}}[:=][ ]?[\"']?))"
            rf"{FRESH}(?=[A-Z0-9-]{{0,34}}\d)[A-Z0-9]{{4,6}}(?:-[A-Z0-9]{{4,6}}){{3,7}}(?![\w-])"
        ),
    ),
)
