"""A third set of payloads, written after the patterns were mended by the first two, and before they were by it."""

import json
import random
import string

from scripts.redaction_values import ALNUM, HEX, UPPER, URLSAFE, Draw, chars, form

_WORDS = ("winter", "summer", "dragon", "orange", "monkey", "river", "falcon", "tiger", "shadow", "coffee", "rocket")
_NAMES = ("Anna Schmidt", "Luis Ortega", "Mei Tanaka", "John O'Neil", "Zoë Krüger", "Fatima al-Sayed")
_NAME_TEMPLATES = ('{"cardholder": "%S"}', 'full_name="%S" plan=pro', "{'account_holder': \"%S\"}")

THIRD_TOKENS: dict[str, Draw] = {
    "google-refresh": form("1//0", (URLSAFE, 60)),
    "google-access": form("ya29.", (URLSAFE, 120)),
    "pagerduty": form("u+", (URLSAFE, 18)),
    "grafana": form("glsa_", (ALNUM, 32), "_", (HEX, 8)),
    "telegram": form((string.digits, 10), ":AA", (URLSAFE, 33)),
    "atlassian": form("ATATT3xFfGF0", (URLSAFE, 170), "=", (HEX, 8)),
    "terraform": form((ALNUM, 14), ".atlasv1.", (ALNUM, 67)),
    "slack-app": form("xapp-1-A", (UPPER, 10), "-", (string.digits, 13), "-", (HEX, 64)),
}
THIRD_TOKEN_TEMPLATES = (
    'level=error msg="upstream said 401" token=%S',
    "authorization=[Bearer %S], content-type=[application/json]",
    "GET https://api.example.com/v1/items?access_token=%S&page=2 403",
    "retrying with %S, attempt 3",
    "    at Client.request (client.js:88) { token: '%S' }",
    'args=["--key","%S"]',
    "who pasted `%S` in the channel?",
)
THIRD_TEMPLATES = (
    "DEBUG com.zaxxer.hikari.HikariConfig - password........................%S",
    '<property name="password" value="%S"/>',
    "&{User:svc Password:%S Host:db-1 Port:5432}",
    "array ( 'username' => 'svc', 'password' => '%S', )",
    "ALTER ROLE shop WITH LOGIN PASSWORD '%S';",
    "ENV SMTP_PASS %S",
    "bindpw %S",
    "machine git.internal login deploy password %S",
    'password authentication failed for user "svc" (tried password "%S")',
    "hey, the db password is %S , please rotate it after the deploy",
    "new pw = %S",
    "java -Djavax.net.ssl.keyStorePassword=%S -jar shop.jar",
    "kubectl create secret generic db --from-literal=password=%S",
    "ansible_become_pass: %S",
    "  hmacKey=%S,",
    "api-key %S is not valid",
    "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=%S",
    "Cookie: theme=dark; sessionid=%S; lang=en",
    '{"SecretAccessKey": "%S"}',
    "Server=tcp:db-1,1433;Database=shop;User ID=svc;Password=%S;Encrypt=True",
)


def words(rng: random.Random) -> str:
    """Return a password that a person made of words."""
    return "-".join(rng.sample(_WORDS, 4))


def named_person(rng: random.Random) -> tuple[str, str]:
    """Return a known field with a person's name."""
    name = rng.choice(_NAMES)
    return rng.choice(_NAME_TEMPLATES).replace("%S", name), name


def quoted(rng: random.Random) -> tuple[str, str]:
    """Return JSON, also within JSON, whose password has quotes and backslashes in it."""
    secret = chars(rng, ALNUM, 6) + rng.choice(("'", '"', "\\", "\\\\")) + chars(rng, ALNUM, 12)
    inner = json.dumps({"user": "ann", "password": secret})
    return rng.choice((inner, f"body: {inner} 401")), secret[-12:]
