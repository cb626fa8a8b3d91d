"""Secrets in settings of servers and network gear, and in dialogues of protocols, that need no sign between."""

from inquest.contracts.redaction.words import KEY_NAMES, OPEN, PLAIN, QUOTE, VALUE, is_secret, is_told, named

_Q = rf"(?:{QUOTE})?"
_V = rf"{PLAIN}{{3,1024}}"
_COUNTED = (
    r"(?:(?:0|5|6|7|8|9|level \d{1,2}|encrypted|ENC|clear|ascii-text|hexadecimal|ascii|hex|local"
    r"|remote)[ \t]{1,3}){0,2}"
)


def _word(value: str) -> bool:
    """Whether what follows a word of a setting is its value, and not the next word of a sentence."""
    bare = value.strip("\"'.,;:)")
    return is_secret(value) and bare.lower() not in _NEXT


_NEXT = frozenset(
    """
    and are authentication based change command contexts encryption error events expired failed failure file for
    from group groups has host in incorrect invalid is key level link login manager match mismatch name names not
    of on or password policy ring rotation server service set setting settings size status string strings the
    timeout to type user username value version view was with wrong ro rw trap traps enable
    """.split()  # noqa: SIM905 - as words they can be read
)
GEAR = (
    named(
        r"\b(?:snmp-server community|(?:set )?snmp community|rocommunity6?|rwcommunity6?|trapcommunity"
        rf"|authcommunity \S{{1,40}}"
        rf"|com2sec6? \S{{1,64}} \S{{1,64}}|trap2?sink \S{{1,128}}|snmp-agent community (?:read|write)(?: cipher"
        rf"| simple)?)[ \t]{{1,3}}{_Q}",
        _V,
        "community",
        "com2sec",
        "sink ",
        accept=_word,
    ),
    named(
        r"\b(?:enable (?:secret|password)|tacacs-server key|radius-server key|(?:radius"
        rf"|tacacs)(?:-server)?\b[^\n]{{0,80}}? key"
        rf"|key-string|isakmp key|(?:local-|remote-)?pre-shared-key|neighbor \S{{1,64}} password|md5 key-string"
        rf"|message-digest-key \d{{1,3}} md5|authentication-key(?: \d{{1,5}} (?:md5|sha\d?))?|chap password"
        rf"|pap sent-username \S{{1,64}} password"
        r"|wpa-psk|wpa2?-passphrase|plain-text-password(?:-value)?|encrypted-password|set (?:passwd|password"
        r"|psksecret|passphrase|auth-pwd|priv-pwd)"
        rf"|shared-secret|ip ftp password|standby \d{{1,3}} authentication|vrrp \d{{1,3}} authentication text"
        r"|password cipher|irreversible-cipher)"
        rf"[ \t]{{1,3}}{_COUNTED}{_Q}",
        _V,
        *("enable ", "tacacs", "radius", "key-string", "isakmp", "pre-shared-key", "neighbor", "digest-key", "cipher"),
        *(
            "authentication",
            "chap password",
            "sent-username",
            "wpa",
            "password",
            "passwd",
            "psksecret",
            "pwd",
            "shared-secret",
        ),
        accept=_word,
    ),
    named(
        r"\b(?:user(?:name)?|set system login user|local-user"
        rf"|admin)[ \t]{{1,3}}[\w.@-]{{1,64}}(?:[ \t]{{1,3}}(?:privilege \d{{1,2}}|role \w{{1,20}}"
        rf"|group \w{{1,32}}|class \w{{1,32}}|level \d{{1,2}}|authentication|with"
        rf"|algorithm-type \w{{1,10}})){{0,3}}[ \t]{{1,3}}"
        rf"(?:secret|pass(?:word|phrase)?|insecure-password|common-secret|pw|md5|pwd)[ \t]{{1,3}}{_COUNTED}{_Q}",
        _V,
        "user",
        "admin",
        accept=_word,
    ),
    named(
        rf"\b(?:auth (?:md5|sha\d*)|priv (?:aes|des|3des)(?: (?:128|192|256))?|createUser \S{{1,64}} (?:SHA"
        rf"|MD5)\S{{0,5}}|(?:-l|-a|-x) (?:SHA|MD5|AES|DES)\S{{0,5}} -[AX])"
        rf"[ \t]{{1,3}}{OPEN}",
        VALUE,
        *("auth md5", "auth sha", "priv aes", "priv des", "createuser"),
    ),
    named(rf"\bcreateUser [^\n]{{0,200}}?(?:AES|DES)\S{{0,5}} {OPEN}", VALUE, "createuser"),
    named(
        rf":[ \t]{{0,3}}(?:PSK|RSA|EAP|XAUTH|ECDSA|NTLM)[ \t]{{1,3}}(?:0s)?{OPEN}(?(quote)|(?!))",
        VALUE,
        "psk",
        "eap",
        "xauth",
        ": rsa",
    ),
    named(r"\bstats auth[ \t]{1,3}[\w.-]{1,64}:", _V, "stats auth"),
    named(
        rf"\b(?:auth_pass|requirepass|masterauth|sentinel auth-pass \S{{1,64}}|(?:ldap_?)?bindpw"
        r"|(?:olc)?rootpw:?|rootbindpw|ldap_default_authtok"
        r"|nickserv identify|smtp_sasl_password|auth_basic_password|insecure-password|AuthLDAPBindPassword"
        r"|AuthDBDPass|dbpassword|ServerAdminPassword)"
        rf"[ \t]{{1,3}}(?:--\w{{1,20}}[ \t]{{1,3}})?{_Q}",
        rf"(?![=:-]){_V}",
        *(
            "auth_pass",
            "auth-pass",
            "requirepass",
            "masterauth",
            "bindpw",
            "rootpw",
            "authtok",
            "identify",
            "password",
            "dbdpass",
        ),
        accept=_word,
    ),
    # One name and one value, and nothing else on the line.
    named(
        rf"(?:(?m:^)[ \t+-]{{0,16}}|(?<=[:>|\"\]-] )|(?<=[:>|\"\]-] {{2}})|(?<=\")"
        rf"|(?<=\\n))(?:[\w-]{{1,20}}[ \t]{{1,2}})?[\w./-]{{0,64}}?(?:{KEY_NAMES})(?:[ \t]{{1,40}}|\\t){OPEN}",
        r"(?(quote)(?:(?!(?P=quote))[^\n\\]){1,1024}|[^\s\"'\\=:{\[]{4,1024}(?=[ \t]{0,3};?(?:\r?$|\n|\\n|\")))",
        accept=lambda value: is_told(value) and not value.isupper(),
    ),
    # Tables of a terminal, where the name is a variable's.
    named(
        r"(?-i:\b[A-Z][A-Z0-9_]{1,64}(?:PASSWORD|PASSWD|TOKEN|SECRET|_KEY|_PASS|_PWD))[ \t]{2,40}",
        _V,
        *("_password", "_passwd", "_token", "_secret", "_key", "_pass", "_pwd"),
        accept=lambda value: is_told(value) and not value.isupper(),
    ),
    named(
        rf"\bproxy_set_header[ \t]{{1,3}}[\w-]{{0,40}}(?:key|token|secret|authorization)[ \t]{{1,3}}{_Q}"
        rf"|\bsecretkey[ \t]{{1,3}}",
        r"[^\s\"'();]{3,1024}",
        "proxy_set_header",
    ),
)
PROTOCOLS = (
    # FTP, POP3: what follows USER, or what a client is said to send.
    named(
        r"(?:USER[ :]{1,2}\S{1,64}(?:[\s|>]|\\[rn]|-->){1,12}|(?:-->|[>:|]|\bC:)[ ]?|(?m:^))(?-i:PASS)[ ]",
        rf"(?!\[|[./\w-]*/|Test){_V}",
        "pass",
        accept=lambda value: (
            is_told(value) or (value.isalpha() and len(value) >= 8 and not (value.isupper() or value.istitle()))
        ),
    ),
    named(r"(?-i:\b[A-Za-z]{0,4}\d{1,6} LOGIN )\"?[\w.@+-]{1,128}\"? \"?", _V, " login "),
    # Redis.
    named(
        rf"(?:>[ ]?|\bredis\S{{0,20}} |(?-i:^(?=AUTH)))AUTH[ ](?:[\w.-]{{1,32}} (?=\S{{3}})(?!request_id"
        rf"|[\w.]{{1,20}}=))?{_Q}",
        _V,
        "auth ",
        accept=_word,
    ),
    named(r"\"AUTH\"[, ]{1,3}(?:\"[\w.-]{1,32}\"[, ]{1,3}(?=\"))?\"", r"[^\"\n]{3,1024}(?=\"(?![ ]?:))", '"auth"'),
    named(
        r"(?-i:\bAUTH) default |\b(?:command|cmd)[:= ]{1,2}\\?\"?(?-i:AUTH) (?!default )", _V, "auth ", accept=is_told
    ),
    named(r"\bHELLO \d(?: \w{1,10})?? AUTH [\w.-]{1,64} ", _V, "hello "),
    named(r"\bACL[\", ]{1,4}SETUSER\b[^\n]{0,200}?[ \"][>#]", _V, "setuser", accept=is_secret),
    named(
        rf"(?:> auth|\bmigrate\b[^\n]{{0,128}} auth2?|requirepass\",? ?\"|masterauth\",? ?\")[ \t]?{_Q}",
        _V,
        "auth",
        "requirepass",
        accept=_word,
    ),
    named(
        r"\bauth plain[ \t]|\bAUTH LOGIN[ \t]|334 UGFzc3dvcmQ6(?:\s|\\[rn]|[CS<>:-]){1,8}",
        r"[A-Za-z0-9+/=]{8,1024}",
        "auth plain",
        "auth login",
        "334 ugfz",
    ),
    named(r"\"auth\"[ \t]{0,3}:[ \t]{0,3}\"(?=[^\"]{16})", r"[^\s\"'();]{16,1024}", '"auth"'),
    named(r"\bidentitytoken\\?\"[ \t]{0,3}:[ \t]{0,3}\\?\"", r"[^\s\"\\]{8,4096}", "identitytoken"),
    # .pgpass
    named(
        r"(?:(?m:^)[ \t]{0,8}|[ >|:\"'=])[\w.*-]{1,253}:(?:5432|5433|6432|\*):[\w*-]{1,63}:[\w.*-]{1,63}:",
        r"(?!/)[^\s\"'\\]{6,512}",
        *(":5432:", ":5433:", ":6432:", ":*:"),
    ),
    # .netrc
    named(r"\blogin[ \t]{1,3}\S{1,128}(?:[ \t\n]|\\n){1,12}password[ \t]{1,3}", _V, "login "),
    named(
        rf"\bmachine[ \t]{{1,3}}\S{{1,128}}(?:[ \t\n]|\\n){{1,12}}(?:login[ \t]{{1,3}}\S{{1,128}}(?:[ \t\n]"
        rf"|\\n){{1,12}})?password[ \t]{{1,3}}{_Q}",
        _V,
        "machine ",
    ),
    # CEF and LEEF name a field in another one.
    named(rf"\bc(?P<field>[sn]\d)Label=\w{{0,32}}(?:{KEY_NAMES})[ \t|]{{1,3}}c(?P=field)=", _V, "label="),
    # chpasswd and cloud-init: a list of names with passwords.
    named(
        r"\bchpasswd:(?:\s|\\n){1,12}(?:expire: \w{4,5}(?:\s|\\n){1,12})?(?:list|users): ?[|>]?[+-]?(?:\s"
        r"|\\n){1,12}(?:- )?[\w.-]{1,64}:",
        _V,
        "chpasswd",
    ),
)
