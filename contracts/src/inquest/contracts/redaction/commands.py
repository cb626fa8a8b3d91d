"""Secrets in command lines: options with telling names, and programs that have a letter or a place for one."""

import re

from inquest.contracts.redaction.rules import Rule
from inquest.contracts.redaction.words import KEY_NAMES, OPEN, QUOTE, VALUE, is_secret, is_told, is_told_plainly, named

_GAP = r"\b[^\n|]{0,512}?[ \t]"  # between a program and its option
_Q = r"(?:\\{0,3}[\"'])?"
_V = r"[^\s\"'`\\]{3,1024}"
OPTION = (
    r"(?<![\w-])(?!(?<=config set )--secret )(?!--?askpass\b)--?[\w.-]{0,40}?"
    r"(?:passwo?r?d|passwd|passphrase|pass|pwd|token|secret|api-?_?key|(?:access"
    r"|secret|account|private|auth"
    r"|license|master|sas|encryption)[-_]?key|bearer|credentials?|psk|authtok|requirepass|masterauth|storepass|keypass"
    r"|secret-string|secret-binary|private-token|auth-?token|community)(?:-(?:value|string|plaintext))?"
)

OPTION_ANCHORS = (
    *("-pass", "-token", "-secret", "-api", "-pwd", "-key", "_key", "-auth", "-cred", "-psk", "pass", "token"),
    *("secret", "bearer", "authtok", "masterauth", "apikey", "credential", "community"),
)
_NAME = re.compile(rf"[a-z_./-]{{0,40}}(?:{KEY_NAMES})", re.IGNORECASE)


def is_option(value: str) -> bool:
    """Say whether a word after an option is its value, and not the next one of a sentence."""
    return (
        len(value) >= 4
        and is_secret(value)
        and not value.startswith(("id=", "type=", "src=", "source=", "env=", "target="))
        and value.strip("\"'`.,;:)").lower() not in {"must", "instead", "which", "will", "when"}
    )


def _with(programs: str, option: str, *anchors: str) -> Rule:
    """Return a rule for programs whose option is followed by a secret."""
    return named(rf"\b(?:{programs}){_GAP}(?:{option}){_Q}", rf"(?!-){_V}", *anchors)


def _put(value: str) -> bool:
    return not value.startswith(("--", "[redacted")) and (
        is_told_plainly(value)
        or (len(value) >= 6 and not value.isalpha() and is_secret(value) and not _NAME.fullmatch(value))
    )


# Whatever the program is called.
GENERAL = (
    named(
        rf"(?<![\w-])(?:-[uU]|--user(?:name)?|--[\w-]{{0,20}}creds?|--auth|--credentials?|--basic-auth"
        rf"|--login)(?:[ =]|(?:{QUOTE}),[ ]?){_Q}"
        r"[\w.@$+-]{1,64}:",
        r"(?!//)[^\s\"'`\\]{4,1024}",
        *("-u", "--user", "creds", "--auth", "--credential", "--basic-auth", "--login"),
        accept=is_told_plainly,
    ),
    named(
        rf"(?<![\w-])(?:-[uUln]|--user(?:name)?)[ =]{{0,2}}{_Q}[\w.@$\\+-]{{1,64}}{_Q}[ ][^\n"
        rf"|]{{0,80}}?(?<=[ ])-p[ ]{_Q}",
        rf"(?!-){_V}",
        *("-u", "--user", "-l", "-n"),
        also=("-p ",),
        accept=is_told,
    ),
    named(
        rf"\bpulumi config set(?: (?:(?:-s|-C|--stack|--cwd|--config-file)[ =]\S{{1,64}}"
        rf"|--(?!stack|cwd|config-file)[\w-]{{1,20}}(?:=\S{{1,64}})?)){{0,4}} [\w\"'][\w.:\[\]\"'-]{{0,127}}[ ]{OPEN}",
        rf"(?!-){VALUE}",
        "pulumi config",
        also=("--secret",),
    ),
    named(r"\bbundle config (?:set )?(?:--\w{1,10} )?\S{1,128} [\w.-]{1,64}:", _V, "bundle config"),
    named(rf"<<<[ ]?{_Q}", r"(?![$])[^\s\"'`\\]{4,1024}", "<<<", accept=is_told),
    named(
        r"\b(?:snyk|ngrok|doctl|infracost|railway|fly|flyctl|netlify|vercel|heroku|supabase|pscale|hcloud|civo"
        r"|stripe|twilio|sentry-cli|hf"
        r"|huggingface-cli|wandb|databricks|modal|replicate|gh|glab|buf|cargo|npm|fastly|circleci|tfc|turso"
        r"|neonctl|render|steampipe|dbt)"
        r"(?: config)? (?:auth|login|authtoken|add-authtoken|set-token)(?: (?:init|login))?(?: -[at])? ",
        r"[^\s\"'`\\-][^\s\"'`\\]{9,1024}",
        *(" auth", " login", "set-token"),
        accept=lambda value: len(value) >= 10 and is_told(value),
    ),
    named(rf"\bnet use (?:\w:[ ])?\\{{2,4}}\S{{1,200}}[ ]{_Q}", rf"(?![/*]){_V}", "net use"),
    named(
        rf"\bansible-vault encrypt_string(?: --[\w-]{{1,20}}(?:[ =](?!')\S{{1,64}})?){{0,3}}[ ]{OPEN}",
        rf"(?!-){VALUE}",
        "encrypt_string",
    ),
    named(
        rf"\biwconfig \S{{1,20}} key (?:s:|open )?{_Q}", _V, "iwconfig", accept=lambda value: value not in {"off", "on"}
    ),
    named(
        rf"\bhtpasswd(?: -\w{{1,8}}){{0,3}} -\w{{0,6}}n\w{{0,6}}(?: -\w{{1,8}}){{0,3}} [\w.@-]{{1,64}} {_Q}",
        _V,
        "htpasswd",
    ),
    named(
        rf"\bput-parameter\b[^\n|]{{0,300}}?--value[ \t=]{{1,3}}{OPEN}", VALUE, "put-parameter", also=("securestring",)
    ),
    named(r"sonar\.login=", r"[^\s\"'\\]{8,128}", "sonar.login"),
)
COMMANDS = (
    named(
        rf"{OPTION}[ \t]{{1,3}}{OPEN}",
        rf"(?!-){VALUE}",
        *OPTION_ANCHORS,
        accept=is_option,
    ),
    # The same as a list of arguments.
    named(rf"(?:{QUOTE}){OPTION}(?:{QUOTE}),\s{{0,8}}{OPEN}", VALUE, "pass", "token", "secret", "key", "cred", "auth"),
    named(
        rf"(?:{QUOTE})(?:-p|-P|-w|-a)(?:{QUOTE}),\s{{0,8}}{OPEN}",
        VALUE,
        *('-p"', '-w"', '-a"', "-p'", "-w'", "-a'"),
        accept=is_told,
    ),
    _with(
        r"sshpass|mongo(?:sh|dump|restore|export|import|stat|top)?|(?:docker|podman|buildah|nerdctl|skopeo"
        r"|helm registry|oras|cf|oc|az"
        r"|crane auth|vault|argocd|nexus|jf|jfrog|npm|snow|bw|ibmcloud|doctl registry|regctl registry) login"
        r"|cqlsh|rabbitmqadmin|beeline"
        r"|arangosh|cbq|couchbase-cli|nodetool|isql|vsql|snowsql|exaplus|hdbsql|zabbix_\w+|jboss-cli(?:\.sh)?"
        r"|influx|kinit|dscl|useradd"
        r"|usermod|crackmapexec|nxc|evil-winrm|smbmap|psexec|winrs|xtrabackup|innobackupex|mydumper|myloader"
        r"|maxscale|proxysql|asadm|aql",
        r"-p[ \t]{1,3}",
        "-p ",
    ),
    named(rf"\bsshpass[ \t]{{1,3}}-p[ \t]{{0,3}}{_Q}", _V, "sshpass"),
    _with(
        r"sqlcmd|bcp|ipmitool|zip|unzip|tsql|osql|ncftp\w{0,3}|curlftpfs|nc-?admin|dbmcli|isql", r"-P[ \t]{0,3}", "-p"
    ),
    _with(
        r"ldap\w{2,10}|slappasswd|dsconf|ds\w{2,5}|ipa-\w{1,20}|hdbsql|samba-tool|lpadmin|mosquitto_\w{3}|hammer"
        r"|kadmin(?:\.local)?|wbinfo",
        r"(?:-[wPs]|-pw)[ \t]{1,3}",
        *("-w ", "-p ", "-pw ", "-s "),
    ),
    _with(r"plink|pscp|psftp|putty|kadmin(?:\.local)?|addprinc|ank|cpw", r"-pw[ \t]{1,3}", "-pw "),
    _with(r"(?:redis|valkey|keydb|dragonfly)-cli|redis-benchmark|memtier_benchmark", r"-a[ \t]{1,3}", "-a "),
    named(rf"\bsnmp\w{{2,12}}{_GAP}-[AX][ \t]{{1,3}}{_Q}", rf"(?!-){_V}", "snmp"),
    named(rf"\bsnmp\w{{2,12}}{_GAP}-c[ \t]{{1,3}}{_Q}", rf"(?!-|public\b){_V}", "snmp"),
    named(
        r"\b(?:mysql|mariadb)(?:dump|admin|import|show|check|slap|binlog|pump|sh"
        rf"|-\w{{3,12}})?\b(?:[^\n|]{{0,512}}?[ \t\"']|[\"']?\n"
        rf"(?:[ \t]{{0,40}}- [^\n]{{0,128}}\n){{0,12}}?[ \t]{{0,40}}- [\"']?)-p{_Q}(?=[^\s\"'-])",
        _V,
        *("mysql", "mariadb"),
    ),
    named(rf"\bmysqladmin{_GAP}password[ \t]{{1,3}}{_Q}", _V, "mysqladmin"),
    named(rf"\b7z[ar]?{_GAP}-p{_Q}|\bu?n?rar{_GAP}-h?p{_Q}", _V, "7z", "rar "),
    # user:password, user%password, user,password.
    named(
        rf"\b(?:curl|wget|https?|xh|ab|hey|wrk|aria2c|httpie|siege|vegeta|lynx|elinks|axel){_GAP}"
        r"(?:-[uaAU]|--(?:proxy-)?(?:user|auth)|--auth-basic"
        rf"|--server-auth)[ \t=]{{0,3}}{_Q}[^\s:\"'\\]{{1,128}}:(?!//)",
        _V,
        *("curl", "wget", "http ", "https ", "xh ", "ab ", "hey ", "aria2c", "siege", "httpie"),
    ),
    named(
        rf"\b(?:smbclient|rpcclient|smbget|smbmount|winexe|net|nmblookup|smbcacls|wmic|pth-\w+){_GAP}(?:-U"
        rf"|--user)[ \t=]{{0,3}}"
        rf"{_Q}[^\s%\"'\\]{{1,64}}(?:\\{{1,2}}[^\s%\"'\\]{{1,64}})?%",
        _V,
        "-u",
        "--user",
    ),
    named(rf"\b(?:lftp|mirror){_GAP}-u[ \t]{{0,3}}{_Q}[^\s,\"']{{1,64}},", _V, "lftp"),
    named(
        r"\b(?:psexec|secretsdump|wmiexec|smbexec|atexec|dcomexec|getTGT|GetUserSPNs|mssqlclient)(?:\.py)?\b[^\n"
        r"|]{0,256}?[ \t]['\"]?"
        r"(?:[\w.-]{1,64}/)?[\w.$-]{1,64}:",
        r"[^\s\"'@]{3,256}(?=@)",
        *("psexec", "secretsdump", "wmiexec", "smbexec", "atexec", "dcomexec", "gettgt", "getuserspns", "mssqlclient"),
    ),
    named(
        r"\b(?:sqlplus|exp|imp|expdp|impdp|sqlldr|rman|sqlcl|sql|conn(?:ect)?|tkprof|adrci|dgmgrl|asmcmd"
        r"|userid)\b(?:[ \t=]{1,3}|[^\n|]{0,80}?[ \t=])"
        r"['\"]?[\w.$#-]{1,64}/",
        r"[^\s\"'/@]{2,256}(?=@)",
        *("sqlplus", "exp", "imp", "sqlldr", "rman", "sqlcl", "sql ", "conn", "dgmgrl", "userid", "asmcmd"),
        also=("@",),
    ),
    # Windows: /p:… of remote desktops, /user:… …, net user … …
    named(
        rf"[ \t]/(?:p|pass|password|pwd|rp|passphrase)(?::|[ \t](?![/-])){_Q}",
        _V,
        *("/p:", "/pass", "/pwd", "/rp", "/p "),
        accept=is_told,
    ),
    named(rf"\b(?:[wx]|sdl-|wl)freerdp\d?{_GAP}/p:{_Q}", _V, "freerdp"),
    named(rf"[ \t]/user:[\w.\\@$-]{{1,128}}[ \t]{{1,3}}{_Q}", rf"(?![/-]){_V}", "/user:"),
    named(rf"\bnet1?(?:\.exe)? user[ \t]{{1,3}}[\w.$-]{{1,64}}[ \t]{{1,3}}{_Q}", rf"(?![/*]){_V}", " user "),
    named(
        rf"\bConvertTo-SecureString(?:[ \t]{{1,3}}-(?:String|AsPlainText|Force)){{0,3}}[ \t]{{1,3}}\(?{OPEN}",
        rf"(?![-$]){VALUE}",
        "convertto-securestring",
    ),
    named(
        rf"\breg(?:\.exe)? add{_GAP}/v[ \t]{{1,3}}[\"']?\w{{0,40}}(?:{KEY_NAMES})[\"']?[^\n]{{0,60}}?/d"
        rf"[ \t]{{1,3}}{OPEN}",
        VALUE,
        " add ",
    ),
    # By their place.
    named(
        rf"\brabbitmqctl{_GAP}(?:add_user|change_password|authenticate_user)[ \t]{{1,3}}\S{{1,64}}[ \t]{{1,3}}{_Q}",
        _V,
        "rabbitmqctl",
    ),
    named(
        rf"\bhtpasswd\b(?:[ \t]{{1,3}}-\w{{1,8}}){{1,4}}(?:[ \t]{{1,3}}[\w./~-]{{1,256}}){{1,2}}?[ \t]{{1,3}}"
        rf"[\w.@-]{{1,64}}[ \t]{{1,3}}{_Q}",
        _V,
        "htpasswd",
        accept=lambda value: is_secret(value) and "/" not in value[:1],
    ),
    named(
        r"\bm(?:in)?c(?:li)? (?:alias set"
        rf"|config host add)[ \t]{{1,3}}\S{{1,64}}[ \t]{{1,3}}\S{{1,256}}[ \t]{{1,3}}\S{{1,256}}[ \t]{{1,3}}{_Q}",
        _V,
        "alias set",
        "host add",
    ),
    named(
        r"\b(?:vault (?:login|operator (?:unseal|rekey|generate-root))|gh auth login --with-token <<<"
        rf"|gcloud auth activate-refresh-token \S{{1,64}}"
        rf"|poetry config (?:pypi-token\.\S{{1,64}}|http-basic\.\S{{1,64}} \S{{1,64}})"
        rf"|composer config \S{{0,20}} ?http-basic\.\S{{1,64}} \S{{1,64}}"
        rf"|npm config set \S{{0,128}}(?:_authToken|_password)|steamcmd \+login \S{{1,64}}"
        rf"|openssl passwd(?: -\w{{1,8}}){{0,2}}|wpa_passphrase \S{{1,64}}|expect -c \S{{0,20}} ?send"
        rf"|gh secret set \S{{1,64}} (?:-b|--body)|sudo -S <<<"
        rf"|doppler secrets set \w{{1,64}}|dotnet user-secrets set [\"']?\S{{1,128}}?[\"']?|(?:vncpasswd"
        rf"|chpasswd|passwd|kinit|su|cryptsetup \S{{1,80}}) <<<)"
        rf"[ \t=]{{1,3}}{_Q}(?:\w{{1,64}}:(?!\w{{1,8}}$))?",
        rf"(?!-){_V}",
        *("vault login", "unseal", "rekey", "generate-root", "<<<", "activate-refresh-token", "poetry config"),
        *("http-basic", "bundle config", "npm config", "steamcmd", "openssl passwd", "wpa_passphrase", "gh secret"),
        *("doppler secrets", "user-secrets"),
    ),
    named(
        r"\b(?:securestring|keyvault secret set|secrets? (?:put|create|set|add|update)"
        rf"|credential create){_GAP}(?:--)?(?:value|data|body|secret-value|payload)[ \t=]{{1,3}}{OPEN}",
        VALUE,
        *("securestring", "secret"),
    ),
    named(
        rf"\bssm put-parameter{_GAP}--name[ \t=]{{1,3}}\S{{0,200}}(?:{KEY_NAMES})\b[^\n"
        rf"|]{{0,200}}?--value[ \t=]{{1,3}}{OPEN}",
        VALUE,
        "put-parameter",
    ),
    named(r"--from-literal[ =][\"']?[\w.-]{1,253}=[\"']?", r"[^\s\"'\\]{1,1024}", "--from-literal"),
    named(rf"(?<![\w-])-(?:pass(?:in|out)?|K|k)[ \t]{{1,3}}{_Q}pass:", _V, "pass:"),
    named(rf"\bopenssl enc\b[^\n|]{{0,200}}?[ \t]-[kK][ \t]{{1,3}}{_Q}", _V, "openssl enc"),
    named(rf"\bssh-keygen{_GAP}-[NP][ \t]{{1,3}}{OPEN}", VALUE, "ssh-keygen"),
    named(
        r"\b(?:echo|printf)(?:[ \t]{1,3}-[neE]{1,3})?[ \t]{1,3}(?:['\"]?%s(?:\\n)?['\"]?[ \t])?\\{0,3}['\"]?(?:"
        r"[\w.-]{1,64}:(?=[^\n]{1,200}chpasswd))?",
        r"(?:[^\s\"'|$`\\]|(?<=[^\s\"'])\$(?![{(])|\\(?![\\\"'])){4,512}(?=\\{0,3}['\"]?[ \t]{0,3}(?:\|"
        r"|')(?:[ \t]?(?:/usr/bin/)?(?:sudo"
        r"|su|chpasswd|passwd"
        r"|docker|podman|helm|oras|crane|kinit|gh|vault"
        r"|cryptsetup|gpg2?|openssl|smbpasswd|pass|saslpasswd2|ldap\w{2,9}|npm|wrangler|kadmin|realm|adcli"
        r"|net ads|skopeo|buildah|aws|gcloud|az|kubectl|base64|md5sum|sha\d{1,3}sum|htpasswd|heroku|fly|flyctl"
        r"|vercel|netlify|ansible-vault|sops|secret-tool|keyctl|wg)\b|[ \t]{0,3}\)?$))",
        *("echo ", "printf "),
        accept=lambda value: is_told(value) or (value.isalpha() and len(value) >= 8),
    ),
    named(
        rf"\b[\w-]{{0,40}}(?:pass(?:word)?|passphrase|token|secret)[_-]?(?:cmd|command)[ =]{_Q}(?:echo"
        rf"|printf)[ \t]{{1,3}}{_Q}",
        _V,
        "cmd",
        "command",
    ),
    # Words in turn: images and shells that set a variable without a sign between.
    named(
        r"\b(?:env|arg|set|put|setx|setenv|export|secret_access_key|config (?:set|add)|configure set"
        rf"|define)[ \t]{{1,3}}(?:--?[\w-]{{1,20}}[ \t]){{0,3}}[\w./:-]{{0,128}}?(?:{KEY_NAMES})(?:[ \t]{{1,3}}"
        rf"|[ \t]to[ \t]){_Q}",
        _V,
        *("env ", "arg ", "set ", "put ", "setx ", "setenv ", "export ", "config ", "define "),
        accept=_put,
    ),
    named(
        r"\b(?:secret_access_key|access_key_secret|aws_secret_access_key|account_key|client_secret|api_key"
        rf"|private_key)[ \t]{{1,3}}{_Q}",
        _V,
        "_key",
        "client_secret",
        accept=is_told,
    ),
)
