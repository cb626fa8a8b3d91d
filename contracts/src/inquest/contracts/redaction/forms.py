"""Names and values that stand apart: tuples, markup, forms, blocks, SQL, code, drivers' own connections."""

import re

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import (
    FRESH,
    KEY_ANCHORS,
    KEY_NAMES,
    OPEN,
    QUOTE,
    VALUE,
    is_mixed,
    is_secret,
    is_told_plainly,
    named,
)

_PAIRED = ("pass", "pwd", "secret", "key", "credential", "token", "pw", "auth")
_QUOTED = r"[^\s\"'\\<>]{3,1024}"
_NAMES = (
    r"(?:\w{0,12}(?:name|key|label|id)|field|path|variable|prop(?:erty)?|param(?:eter)?|attribute|setting|option|n)"
)
_VALUES = r"(?:\w{0,12}(?:value|default|content|data)|v|val|rawvalue|text)"

FORMS = (
    # Pairs: two strings in a tuple, a list of arguments, an Erlang term, a lookup with its default.
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?\s{{0,2}},\s{{0,8}}(?:<<|b|u|r)?(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n<>\\]){3,1024}(?=(?P=quote)(?!\s{0,3}(?:[:=]|,\s{0,8}\\{0,7}[\"'])))",
        *_PAIRED,
        accept=is_told_plainly,
    ),
    # What a plan changes it to: password = "…" -> "…"
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?[ ]{{0,40}}[=:][ ]{{0,3}}(?:\\{{0,7}}\"[^\"\n]{{0,1024}}\"|null) -> {OPEN}",
        VALUE,
        "->",
        also=KEY_ANCHORS,
    ),
    named(
        rf"(?:[\[({{]\s{{0,8}}(?:<<)?(?:{QUOTE}"
        rf"|:)?[\w.-]{{0,40}}(?:{KEY_NAMES})(?:{QUOTE})?(?:>>)?\s{{0,2}},\s{{0,8}}(?:<<)?)(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n<>\\]){3,1024}(?=(?P=quote)(?:>>)?\s{0,8}[\])}])",
        *_PAIRED,
    ),
    named(
        r"\b(?:getenv|env|get|getOrDefault|property|getProperty|setProperty|putenv|lookup|fetch|dig|define|set"
        r"|put|append|setItem|header|setHeader|addHeader|Environment\.GetEnvironmentVariable)"
        rf"\(\s{{0,4}}(?:{QUOTE})[\w.-]{{0,40}}(?:{KEY_NAMES})(?:{QUOTE}),\s{{0,4}}(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n\\]){3,1024}(?=(?P=quote))",
        *_PAIRED,
    ),
    # A call that sets or compares it: setPassword("…"), password.equals("…").
    named(
        rf"(?:{KEY_NAMES})(?:\.(?:equals(?:IgnoreCase)?|compareTo|contentEquals|eq|is|to_equal|toBe"
        rf"|should eq))?[ ]?\((?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n\\]){3,1024}(?=(?P=quote))",
        *_PAIRED,
        accept=is_told_plainly,
    ),
    # Two strings of which the second is a password: basicAuth("bob", "…"), auth=('bob', '…').
    named(
        rf"(?:(?<![a-z])|(?-i:(?<=[a-z])(?=[A-Z])))\w{{0,24}}(?:auth(?:entication|enticate|orize)?|credentials?"
        r"|login|signin|sign_in|logon|getConnection|connect|(?:PDO|mysqli)(?:->__construct)?|mysql_connect"
        r"|oci_connect|withUser"
        r"|createUser|create_user|addUser|Login)"
        rf"(?:=|: ?)?\((?:(?:{QUOTE})[^\"'\n\\]{{0,256}}(?:{QUOTE}),\s{{0,4}}){{1,3}}(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\s\\]){4,256}(?=(?P=quote))",
        *("auth", "cred", "login", "sign", "logon", "connect", "pdo(", "pdo->", "mysqli", "withuser", "user("),
        accept=is_told_plainly,
    ),
    # A name and a password after where to connect to, whatever is called.
    named(
        rf"(?:\b(?:mysqli(?:_connect)?|mysql_connect|(?:MySQLdb|pymysql)\.connect)(?:->__construct)?\(\s{{0,8}}"
        rf"(?:{QUOTE})"
        rf"|\(\s{{0,8}}(?:{QUOTE})(?:mysql|pgsql|postgres(?:ql)?|jdbc|sqlsrv|oci|odbc|dblib|dbi|ldaps?"
        rf"|amqps?):)[^\"'\n]{{1,256}}"
        rf"(?:{QUOTE}),\s{{0,8}}(?:{QUOTE})[^\"'\n\\]{{1,128}}(?:{QUOTE}),\s{{0,8}}(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n]){3,256}(?=(?P=quote))",
        *(
            "mysql:",
            "pgsql:",
            "postgres",
            "jdbc:",
            "sqlsrv:",
            "oci:",
            "odbc:",
            "dblib:",
            "dbi:",
            "ldap",
            "amqp",
            "mysqli",
            ".connect",
            "_connect",
        ),
    ),
    # Keys of Azure: {"keyName":"key1","permissions":"FULL","value":"…"}
    named(
        rf"\bkeyName(?:{QUOTE})?\s{{0,3}}:[^{{}}]{{0,200}}?\bvalue(?:{QUOTE})?\s{{0,3}}:\s{{0,3}}(?:{QUOTE})?",
        r"(?=[A-Za-z+/]{0,80}\d)[A-Za-z0-9+/]{20,128}={0,2}",
        "keyname",
    ),
    # <key>password</key><string>…, <entry key="db.password">…, <wsse:Password Type="…">…
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?(?:</\w{{1,20}}"
        rf"|(?: [\w:]{{1,20}}=(?:{QUOTE})[^\"]{{0,200}}?(?:{QUOTE})){{1,3}})?[ ]?>\s{{0,40}}"
        r"(?:<[\w:]{1,20}>|<!\[CDATA\[){0,3}",
        r"[^<>\s\]]{3,1024}(?=[<\]])(?!</(?:label|th|legend|option|button|a)>)",
        *_PAIRED,
    ),
    # "field":"DbPassword","rejectedValue":"…"; variable "db_password" { default = "…"
    named(
        rf"\b{_NAMES}(?:{QUOTE})?[ \t]{{0,3}}[:= ][ \t]{{0,3}}(?:{QUOTE})?[\w./-]{{0,64}}(?:{KEY_NAMES})"
        rf"(?:{QUOTE})?[{{,;)\s+]{{1,40}}"
        rf"(?:(?:{QUOTE})?(?:type|secure|domain|sensitive|slot_?setting|masked|protected|scope"
        rf"|effect)(?:{QUOTE})?[ ]?[:=][ ]?(?:{QUOTE})?[\w*]{{1,30}}(?:{QUOTE})?[,;\s]{{1,20}}){{0,3}}"
        rf"(?:{QUOTE})?{_VALUES}(?:{QUOTE})?[ \t]{{0,24}}[:=][ \t]{{0,3}}(?:\{{[ ]?(?:{QUOTE})?\w{{1,20}}"
        rf"(?:{QUOTE})?:[ ]?)?{OPEN}",
        VALUE,
        "value",
        "default",
        "content",
        "data",
        "val",
        "text",
        '"v"',
        also=KEY_ANCHORS,
    ),
    # The value before its name: {"value":"…","name":"DB_PASSWORD"}
    Rule(
        "password",
        ("value", "default", "content", '"v"', "val"),
        Shape(
            rf"(?P<kept>(?:{QUOTE}|\b){_VALUES}(?:{QUOTE})?[ ]?[:=][ ]?(?P<quote>{QUOTE})){FRESH}(?:(?!"
            rf"(?P=quote))[^\n]){{3,1024}}"
            rf"(?=(?P=quote)[,;\s]{{1,30}}(?:(?:{QUOTE})?(?:type|secure|domain|sensitive"
            rf"|scope)(?:{QUOTE})?[ ]?[:=][ ]?(?:{QUOTE})?\w{{1,30}}(?:{QUOTE})?[,;\s]{{1,20}}){{0,2}}"
            rf"(?:{QUOTE})?{_NAMES}(?:{QUOTE})?[ ]?[:=][ ]?(?:{QUOTE})?[\w./-]{{0,64}}(?:{KEY_NAMES})(?:{QUOTE}))",
            re.IGNORECASE,
        ),
        is_secret,
        also=KEY_ANCHORS,
    ),
    named(rf"(?:^|\n)- value: {OPEN}", rf"{VALUE}(?=\s{{1,20}}name: [\w.-]{{0,64}}(?:{KEY_NAMES})\b)", "value"),
    # "db_password": {"sensitive": false, "value": "…"}
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?[ ]?(?:[:=]"
        rf"|=>)?[ ]?\{{[^{{}}]{{0,160}}?\b{_VALUES}(?:{QUOTE})?[ ]{{0,24}}[:=][ ]{{0,3}}{OPEN}",
        VALUE,
        *("value", "default", "content"),
        also=KEY_ANCHORS,
    ),
    # map[password:[…]], var_dump with the value in the next line
    named(rf"(?:{KEY_NAMES}):\[", r"[^\s\]\"']{3,1024}(?=\])", *_PAIRED, accept=is_told_plainly),
    named(
        rf"(?:{KEY_NAMES})(?:{QUOTE})?\]?[ ]?=>(?:\s|\\n){{1,20}}string\(\d{{1,4}}\) (?:{QUOTE})",
        r"[^\"\n\\]{1,1024}",
        "string(",
    ),
    # What was typed, as validators repeat it.
    named(
        rf"(?:{KEY_NAMES})\b[^\n]{{0,20}}(?:\n|\\n)[^\n]{{0,160}}?\binput(?:_value)?=(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n\\]){1,256}",
        "input",
    ),
    # Content-Disposition: form-data; name="password"
    named(
        rf"name=(?:{QUOTE})?\w{{0,32}}(?:{KEY_NAMES})(?:{QUOTE})?(?:\\r\\n|\r?\n|\\n){{2}}",
        r"[^\r\n\\]{3,1024}",
        "form-data",
    ),
    # password: |
    named(
        rf"(?:{KEY_NAMES})[\"']?:[ ]?[|>][+-]?\d?\r?\n(?P<deep>[ \t]{{1,40}}+)",
        r"[^\n]{3,1024}(?:\n(?P=deep)[^\n]{1,1024}){0,64}",
        *_PAIRED,
        accept=None,
    ),
    # Key (reset_token)=(…) already exists
    named(rf"\([\w, ]{{0,64}}(?:{KEY_NAMES})\)=\(", r"[^)\n]{3,1024}", *_PAIRED),
    Rule(
        "password",
        ("duplicate entry",),
        Shape(
            rf"(?P<kept>\bduplicate entry '){FRESH}[^'\n]{{3,512}}(?=' for key '[\w.`-]{{0,128}}(?:{KEY_NAMES}))",
            re.IGNORECASE,
        ),
    ),
)
SQL = (
    named(
        r"\b(?:crypt|md5|sha1|sha2?|sha2?56|sha512|hmac|digest|hashbytes|encode|old_password|password|pwdencrypt"
        r"|pgp_sym_(?:en|de)crypt|(?:aes|des)_(?:en|de)crypt"
        r"|encryptbypassphrase|decryptbypassphrase|to_password|bcrypt|gen_crypt|pbkdf2)\(\s?(?:[\w.]{1,64},\s?"
        r"|N?'SHA2?_?\d*',\s?)?N?'",
        r"[^'\n]{3,256}(?=')",
        *(
            "crypt(",
            "md5(",
            "sha1(",
            "sha2(",
            "sha256(",
            "sha512(",
            "hmac(",
            "digest(",
            "hashbytes(",
            "password(",
            "pwdencrypt(",
            "passphrase(",
            "bcrypt(",
        ),
    ),
    named(r"\bpgp_sym_(?:en|de)crypt\([^()\n]{1,128}(?:\([^()\n]{0,64}\))?,\s?'", r"[^'\n]{3,256}", "pgp_sym_"),
    named(
        r"\b(?:aes|des)_(?:en|de)crypt\([^()\n]{1,128}(?:\([^()\n]{0,64}\))?,\s?'",
        r"[^'\n]{3,256}",
        "_encrypt(",
        "_decrypt(",
    ),
    named(
        r"\bidentified (?:with [\w`'\"]{1,64} )?(?:by|as)(?: values)? (?:password )?(?P<quote>\\?[\"'])",
        r"(?:(?!(?P=quote))[^\n]){1,1024}",
        "identified ",
    ),
    named(
        r"\bidentified by ",
        r"[^\s\"';]{3,128}",
        "identified by",
        accept=lambda value: is_secret(value) and value.lower() not in {"values", "password", "externally"},
    ),
    named(rf"(?:{KEY_NAMES})[\"`\]]? (?:like|in|not in|is|<>)[ ]?\(?N?'", r"[^'\n]{3,256}(?=')", *_PAIRED),
    named(
        r"\bsp_(?:addlogin|password|addlinkedsrvlogin)\b[^\n;]{0,200}?,\s?N?'",
        r"[^'\n]{3,256}(?='\s{0,3}(?:;|,|$))",
        "sp_",
    ),
    named(
        r"\bdb\.(?:auth|changeUserPassword|createUser)\([\"'][^\"'\n]{1,64}[\"'],\s?[\"']", r"[^\"'\n]{3,256}", "db."
    ),
    named(
        r"\bpragma (?:re|hex)?key ?= ?[\"'](?:x')?|\battach (?:database )?'[^'\n]{1,256}' as \w{1,64} key '",
        r"[^'\"\n]{3,256}",
        "pragma",
        "attach",
    ),
    named(r"\b(?:secret|key) '", r"[^'\n]{6,256}(?=')", "secret '", "key '", accept=is_mixed),
    named(r"\b(?:password|secret)[ ]?(?:=|is|:=)?[ ]?N'", r"[^'\n]{1,256}", "password", "secret"),
)
CONNECTIONS = (
    Rule(
        "url-password",
        ("@tcp(", "@unix("),
        Shape(rf"(?P<kept>(?<![\w.:-])[\w.-]{{1,64}}:){FRESH}[^\s\"']{{1,256}}(?=@(?:tcp|unix)\()", re.IGNORECASE),
    ),
    Rule(
        "url-password",
        ("oracle:thin:", "oracle:oci:"),
        Shape(rf"(?P<kept>oracle:(?:thin|oci):[\w.$-]{{1,64}}/){FRESH}[^\s\"'/@]{{1,256}}(?=@)", re.IGNORECASE),
    ),
)
