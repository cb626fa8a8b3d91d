"""A corpus of payloads with secrets planted in them, drawn by a seed. It does not know the patterns it measures."""

import base64
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.redaction_fresh import FRESH_TEMPLATES, FRESH_TOKEN_TEMPLATES, FRESH_TOKENS, dotted_password, smtp_plain
from scripts.redaction_payloads import OPAQUE_TEMPLATES, TOKEN_TEMPLATES
from scripts.redaction_third import (
    THIRD_TEMPLATES,
    THIRD_TOKEN_TEMPLATES,
    THIRD_TOKENS,
    named_person,
    quoted,
    words,
)
from scripts.redaction_values import ALNUM, HEX, OPAQUE, TOKENS, Draw, card, chars, email, password, person, private_key


@dataclass(frozen=True, slots=True)
class Planted:
    """One payload, and the secret in it as it stands there. `attribute` is set where the payload is its value."""

    family: str
    text: str
    secret: str
    attribute: str = ""


Made = Callable[[random.Random], tuple[str, str]]
"""Returns a payload, and the secret as it is written there."""

_SCHEMES = (
    "postgres",
    "postgresql+asyncpg",
    "mysql",
    "mongodb+srv",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "ftp",
    "https",
    "ldap",
    "smtp",
    "clickhouse",
    "nats",
    "kafka",
)


def _connection(rng: random.Random) -> tuple[str, str]:
    secret = chars(rng, ALNUM + "!$*_-.~", rng.randrange(8, 24))
    scheme = rng.choice(_SCHEMES)
    user = (
        ""
        if scheme.startswith("redis") and rng.random() < 0.5
        else rng.choice(("app", "svc-cart", "root", "shop%40acme"))
    )
    url = f"{scheme}://{user}:{secret}@db-{rng.randrange(9)}.internal:5432/shop"
    frame = rng.choice(
        (
            "dial %S: connection refused",
            'DATABASE_URL="%S"',
            '{"dsn":"%S"}',
            "sqlalchemy.exc.OperationalError: (%S)",
            "  url: %S",
            "could not connect to %S, retrying in 5s",
            "spring.datasource.url=%S",
            "broker <%S> is down",
        )
    )
    return frame.replace("%S", url), secret


def _key_block(rng: random.Random) -> tuple[str, str]:
    block = private_key(rng)
    written, body = rng.choice(
        (
            (block, block),
            (json.dumps(block)[1:-1], json.dumps(block)[1:-1]),
            (block.replace("\n", "\r\n"), block),
            (block.replace("\n", "\n    "), block),
            (block.replace("\n", " "), block),
            (block[:-60], block[:-60]),
        )
    )
    frame = rng.choice(
        ("%S", "loaded key:\n%S\nfrom /etc/tls", '{"private_key":"%S","client_id":"7"}', "tls.key: |\n    %S", "key=%S")
    )
    middle = max(body.replace("\\n", "\n").splitlines()[1:-1], key=len, default="")
    return frame.replace("%S", written), middle


def _basic(rng: random.Random) -> tuple[str, str]:
    secret = base64.b64encode(f"svc:{password(rng)}".encode()).decode()
    frame = rng.choice(
        (
            "Authorization: Basic %S",
            '"authorization":"Basic %S"',
            "proxy-authorization: basic %S",
            "headers={'Authorization': 'Basic %S'}",
        )
    )
    return frame.replace("%S", secret), secret


def _hook(rng: random.Random) -> tuple[str, str]:
    slack = chars(rng, ALNUM, 24)
    discord = chars(rng, ALNUM + "-_", 68)
    url, secret = rng.choice(
        (
            (
                f"https://hooks.slack.com/services/T{chars(rng, HEX, 8)}/B{chars(rng, HEX, 10)}/{slack}",
                slack,
            ),
            (f"https://discord.com/api/webhooks/{rng.randrange(10**17, 10**18)}/{discord}", discord),
        )
    )
    return rng.choice(("posting to %S", '{"webhook":"%S"}', "SLACK_URL=%S")).replace("%S", url), secret


def _signed_url(rng: random.Random) -> tuple[str, str]:
    signature = chars(rng, HEX, 64)
    sas = chars(rng, ALNUM, 43) + "%3D"
    url, secret = rng.choice(
        (
            (
                f"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature={signature}",
                signature,
            ),
            (f"https://acme.blob.core.windows.net/c/f?sv=2022-11-02&sp=r&se=2026-04-01&sig={sas}", sas),
        )
    )
    return f"GET {url} 200", secret


_CARD_FRAMES = (
    "charge declined for %S exp 04/29",
    '{"card_number":"%S","cvc":"***"}',
    "pan=%S amount=12.50",
    "customer wrote: my card is %S, why?",
    "<pan>%S</pan>",
)
_EMAIL_FRAMES = (
    "sent receipt to %S in 120ms",
    '{"email":"%S","plan":"pro"}',
    "user=%S action=login ip=-",
    "From: Shop <%S>",
    "mailto:%S",
    "bounce: <%S>: no such user",
    "Author: x <%S>",
    "GET /users/%S/orders 200",
)
_NAME_FRAMES = (
    '{"full_name":"%S","plan":"pro"}',
    '{"first_name": "%S", "age": 4}',
    'customer_name="%S" order=7',
    "full_name: %S",
    "{'last_name': '%S'}",
    '{\\"customer_name\\":\\"%S\\"}',
)
_MADE = (
    ("connection", _connection),
    ("private-key", _key_block),
    ("basic", _basic),
    ("webhook", _hook),
    ("signed-url", _signed_url),
)
_PEOPLE = (("card", _CARD_FRAMES, card), ("email", _EMAIL_FRAMES, email), ("name", _NAME_FRAMES, person))
_ATTRIBUTES = (
    "http.request.header.authorization",
    "db.password",
    "api_key",
    "x-auth-token",
    "session_token",
    "client_secret",
    "user.password",
    "aws.secret_access_key",
    "http.request.header.cookie",
    "PRIVATE_TOKEN",
)
_PERSON_ATTRIBUTES = ("enduser.full_name", "customer.name", "user.full_name", "first_name", "customer_name")


def corpus(seed: int) -> Iterator[Planted]:
    """Yield every kind of the first set, in several payloads."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, and none of it is secret
    yield from _planted(rng, TOKENS, TOKEN_TEMPLATES, OPAQUE_TEMPLATES)
    yield from _made(rng, _MADE)
    for family, frames, draw in _PEOPLE:
        for frame in frames * 5:
            yield _filled(family, frame, draw(rng))
    for name in _ATTRIBUTES:
        for kind in rng.sample(sorted(OPAQUE), 3):
            value = OPAQUE[kind](rng)
            yield Planted(f"attribute/{name}", value, value, name)
    for name in _PERSON_ATTRIBUTES:
        value = person(rng)
        yield Planted(f"attribute/{name}", value, value, name)


def fresh_corpus(seed: int) -> Iterator[Planted]:
    """Yield issuers and payloads that the first set does not have, and the first's issuers in the new payloads."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, and none of it is secret
    yield from _planted(rng, FRESH_TOKENS | TOKENS, FRESH_TOKEN_TEMPLATES, FRESH_TEMPLATES, tokens_each=2)
    yield from _made(rng, (("smtp", smtp_plain), ("connection", dotted_password)))


def third_corpus(seed: int) -> Iterator[Planted]:
    """Yield payloads that the others do not have."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, and none of it is secret
    yield from _planted(rng, THIRD_TOKENS, THIRD_TOKEN_TEMPLATES, THIRD_TEMPLATES, tokens_each=5)
    for text in THIRD_TEMPLATES:
        yield _filled("named/words", text, words(rng))
    yield from _made(rng, (("person", named_person), ("quoted", quoted)))


def _planted(
    rng: random.Random,
    tokens: Mapping[str, Draw],
    token_texts: Sequence[str],
    opaque_texts: Sequence[str],
    tokens_each: int = 4,
) -> Iterator[Planted]:
    for kind, draw in tokens.items():
        for text in rng.sample(token_texts, tokens_each):
            yield _filled(f"token/{kind}", text, draw(rng))
    for index, text in enumerate(opaque_texts):
        for kind in rng.sample(sorted(OPAQUE), 4):
            yield _filled(f"named/{index}/{kind}", text, OPAQUE[kind](rng))


def _filled(family: str, text: str, secret: str) -> Planted:
    return Planted(family, text.replace("%S", secret), secret)


def _made(rng: random.Random, families: Iterable[tuple[str, Made]]) -> Iterator[Planted]:
    for family, made in families:
        for _ in range(30):
            yield Planted(family, *made(rng))
