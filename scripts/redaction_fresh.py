"""A second set of issuers and payloads, written before the patterns were mended by the first, and not used for that."""

import base64
import random
import string

from scripts.redaction_values import ALNUM, HEX, LOWER, UPPER, URLSAFE, Draw, chars, form, uuid

FRESH_TOKENS: dict[str, Draw] = {
    "replicate": form("r8_", (ALNUM, 37)),
    "perplexity": form("pplx-", (ALNUM, 48)),
    "groq": form("gsk_", (ALNUM, 52)),
    "xai": form("xai-", (ALNUM, 80)),
    "langsmith": form("lsv2_pt_", (HEX, 32), "_", (HEX, 10)),
    "planetscale-token": form("pscale_tkn_", (URLSAFE, 43)),
    "planetscale-password": form("pscale_pw_", (URLSAFE, 43)),
    "prefect": form("pnu_", (ALNUM, 36)),
    "readme": form("rdme_", (LOWER, 70)),
    "typeform": form("tfp_", (URLSAFE, 59)),
    "adafruit": form("aio_", (ALNUM, 28)),
    "flutterwave": form("FLWSECK_TEST-", (HEX, 32), "-X"),
    "duffel": form("duffel_live_", (URLSAFE, 43)),
    "brevo": form("xkeysib-", (HEX, 64), "-", (ALNUM, 16)),
    "shippo": form("shippo_live_", (HEX, 40)),
    "plaid": lambda rng: f"access-production-{uuid(rng)}",
    "hubspot": lambda rng: f"pat-na1-{uuid(rng)}",
    "mapbox": form("sk.eyJ1Ijoi", (URLSAFE, 60), ".", (URLSAFE, 22)),
    "discord-bot": form("MTA", (ALNUM, 23), ".G", (ALNUM, 5), ".", (URLSAFE, 38)),
    "facebook": form("EAA", (ALNUM, 120)),
    "nuget": form("oy2", (LOWER, 43)),
    "jfrog": form("AKCp8", (ALNUM, 68)),
    "fly": form("FlyV1 fm2_", (ALNUM, 120)),
    "neon": form("napi_", (LOWER, 64)),
    "openshift": form("sha256~", (URLSAFE, 43)),
    "yandex": form("AQVN", (URLSAFE, 36)),
    "lark": form("t-", (LOWER, 40)),
    "one-password": form("ops_eyJ", (ALNUM, 250)),
    "sentry-org": form("sntrys_eyJ", (ALNUM, 80), "_", (ALNUM, 43)),
    "gitlab-feed": form("glft-", (URLSAFE, 20)),
    "gitlab-agent": form("glagent-", (URLSAFE, 50)),
    "gitlab-trigger": form("glptt-", (HEX, 40)),
    "slack-refresh": form("xoxe-1-", (ALNUM, 146)),
    "linear-oauth": form("lin_oauth_", (HEX, 64)),
    "circleci": form("CCIPAT_", (ALNUM, 22), "_", (HEX, 40)),
    "infracost": form("ico-", (ALNUM, 32)),
    "clojars": form("CLOJARS_", (LOWER, 60)),
    "easypost": form("EZAK", (ALNUM, 54)),
    "octopus": form("API-", (UPPER, 26)),
    "asana": form("1/", (string.digits, 16), ":", (HEX, 32)),
    "cloudflare-origin": form("v1.0-", (HEX, 24), "-", (HEX, 146)),
    "mercadopago": form("APP_USR-", (string.digits, 16), "-", (string.digits, 6), "-", (HEX, 32)),
}

FRESH_TOKEN_TEMPLATES = (
    "E1121 14:02:11.120 auth.go:88] rejected %S: expired",
    "#<Client:0x7f @key=%S @retries=3>",
    '[{"name":"authorization","value":"Bearer %S"}]',
    "docker run -e UPSTREAM=%S acme/shop:1.2",
    "ValueError: could not parse '%S' as a key id",
    "msg=\"calling upstream\" credential='%S' attempt=2",
    "echo %S | vault login -",
    "remote: https://x-access-token:%S@github.com/acme/shop",
)

FRESH_TEMPLATES = (
    'time=14:02 level=info msg="started" db.password="%S" port=80',
    "    - name: DB_PASSWORD\n      value: %S",
    "docker run -e MYSQL_ROOT_PASSWORD=%S mysql:8",
    'resource "x" { secret_key = "%S" }',
    "new Client({ apiKey: '%S', region: 'eu' })",
    "connect(host='db', password='%S', timeout=3)",
    '$env:API_TOKEN = "%S"',
    'Environment="APP_SECRET=%S"',
    '("Authorization", "Bearer %S")',
    'wget --header="X-Auth-Token: %S" https://example.com/x',
    "ldapsearch -x -D cn=admin,dc=acme -w %S -b dc=acme",
    "mongosh --host db --username app --password %S",
    "docker login -u deploy -p %S registry.example.com",
    "helm upgrade shop ./chart --set db.password=%S --wait",
    "ansible_ssh_pass: %S",
    '{\\\\\\"refresh_token\\\\\\":\\\\\\"%S\\\\\\"}',
    "body: user=app&password=%S&remember=1",
    "ALTER USER 'app'@'h' IDENTIFIED WITH mysql_native_password BY '%S'",
    "CREATE ROLE app LOGIN PASSWORD '%S' VALID UNTIL 'infinity'",
    "SET PASSWORD FOR 'app'@'h' = PASSWORD('%S')",
    "CONFIG SET requirepass %S",
    'requirepass "%S"',
    '{"accessToken":"%S","expiresIn":3600}',
    "x-amz-security-token: %S",
    "X-Vault-Token: %S",
    "PRIVATE-TOKEN: %S",
    '{"auths":{"r.example.com":{"auth":"%S"}}}',
    "    client-key-data: %S",
    'echo "the admin password is %S" >> notes',
    "[client]\nuser = app\npassword = %S\nhost = db",
    "db:5432:shop:app:%S",
    "spring.redis.password: '%S'",
    "Caused by: AuthException: bad credentials [username=app, password=%S]",
    'POST /graphql variables={"input":{"currentPassword":"%S"}}',
    "Passwort: %S",
    "mot de passe : %S",
    "contraseña=%S",
    "пароль: %S",
    "proxy_set_header X-Api-Key %S;",
    "http_proxy=http://svc:%S@proxy.internal:3128",
    "//acme.jfrog.io/api/npm/:_password=%S",
    '<add key="ApiSecret" value="%S" />',
    'sasl.jaas.config=PlainLoginModule required username="app" password="%S";',
    'amqp_password => <<"%S">>',
    "Session-Token: %S",
    "encryption_key: %S",
)


def smtp_plain(rng: random.Random) -> tuple[str, str]:
    """Return what a mail client says, with the user and password of RFC 4616."""
    secret = base64.b64encode(f"\0app\0{chars(rng, ALNUM, 14)}".encode()).decode()
    return f"C: AUTH PLAIN {secret}", secret


def dotted_password(rng: random.Random) -> tuple[str, str]:
    """Return a connection string with a password that holds what separates."""
    secret = chars(rng, ALNUM, 6) + rng.choice(("@", ":", "/", "%40")) + chars(rng, ALNUM, 6)
    return f"mysql://app:{secret}@db.internal/shop", secret
