"""Draws secrets as their makers document them. Nothing here is real, and nothing here knows the patterns."""

import base64
import json
import random
import string
from collections.abc import Callable

Draw = Callable[[random.Random], str]
ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"
URLSAFE = ALNUM + "-_"


def chars(rng: random.Random, alphabet: str, count: int) -> str:
    """Return so many characters of an alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(count))


def form(*parts: str | tuple[str, int]) -> Draw:
    """Return what draws a token: fixed texts, and (alphabet, length) pairs."""
    return lambda rng: "".join(part if isinstance(part, str) else chars(rng, *part) for part in parts)


def uuid(rng: random.Random) -> str:
    """Return a random UUID."""
    return "-".join(chars(rng, HEX, count) for count in (8, 4, 4, 4, 12))


def jwt(rng: random.Random) -> str:
    """Return a signed JSON Web Token."""
    header = {"alg": rng.choice(("HS256", "RS256", "ES256")), "typ": "JWT"}
    claims = {"sub": chars(rng, LOWER, 10), "iat": rng.randrange(1_600_000_000, 1_800_000_000), "role": "admin"}
    return ".".join(
        (*(_segment(json.dumps(one).encode()) for one in (header, claims)), chars(rng, URLSAFE, rng.choice((43, 86))))
    )


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def private_key(rng: random.Random) -> str:
    """Return a PEM block."""
    kind = rng.choice(
        ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK")
    )
    lines = [chars(rng, BASE64, 64) for _ in range(rng.randrange(4, 20))]
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"))


def card(rng: random.Random) -> str:
    """Return a card number whose check digit is right, as people and programs write it."""
    start, length = rng.choice((("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16)))
    body = start + chars(rng, string.digits, length - len(start) - 1)
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    number = body + str(-total % 10)
    style = rng.choice(("", " ", "-"))
    sizes = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
    cut = [sum(sizes[:index]) for index in range(len(sizes))]
    return style.join(number[first : first + size] for first, size in zip(cut, sizes, strict=True))


_FIRST = ("anna", "john", "wei", "fatima", "oluwaseun", "marie", "søren", "priya", "carlos", "yuki", "zoë", "ivan")
_LAST = ("meyer", "o'neill", "zhang", "al-sayed", "adeyemi", "dupont", "jensen", "raman", "garcia", "tanaka", "petrov")


def email(rng: random.Random) -> str:
    """Return an address of a person."""
    first, last = (rng.choice(names).replace("'", "").replace("ø", "o").replace("ë", "e") for names in (_FIRST, _LAST))
    local = rng.choice(
        (f"{first}.{last}", f"{first[0]}{last}{rng.randrange(99)}", f"{first}+alerts", f"{first}_{last}")
    )
    host = rng.choice(
        ("gmail.com", "example.co.uk", "mail.acme-corp.io", "uni-köln.de".replace("ö", "oe"), "corp.internal")
    )
    return f"{local}@{host}"


def person(rng: random.Random) -> str:
    """Return a full name."""
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}".title()


_WORDS = ("winter", "dragon", "monkey", "Sommer", "letmein", "hunter", "qwerty", "Passw0rd", "trustno", "blue-sky")


def password(rng: random.Random) -> str:
    """Return what people and programs choose."""
    return rng.choice(
        (
            lambda: f"{rng.choice(_WORDS)}{rng.randrange(10, 2030)}{rng.choice('!?#$*.')}",
            lambda: chars(rng, ALNUM, rng.randrange(10, 33)),
            lambda: chars(rng, ALNUM + "!#$%^*_-.~+", rng.randrange(12, 25)),
            lambda: "-".join(rng.choice(_WORDS).lower() for _ in range(4)) + str(rng.randrange(100)),
            lambda: chars(rng, HEX, 32),
        )
    )()


TOKENS: dict[str, Draw] = {
    "aws-access-key": form("AKIA", (string.ascii_uppercase + "234567", 16)),
    "aws-session-key-id": form("ASIA", (string.ascii_uppercase + "234567", 16)),
    "github-classic": form("ghp_", (ALNUM, 36)),
    "github-app": form("ghs_", (ALNUM, 36)),
    "github-oauth": form("gho_", (ALNUM, 36)),
    "github-fine": form("github_pat_", (ALNUM, 22), "_", (ALNUM, 59)),
    "gitlab-pat": form("glpat-", (URLSAFE, 20)),
    "gitlab-runner": form("glrt-", (URLSAFE, 20)),
    "gitlab-deploy": form("gldt-", (URLSAFE, 20)),
    "slack-bot": form("xoxb-", (string.digits, 12), "-", (string.digits, 13), "-", (ALNUM, 24)),
    "slack-user": form(
        "xoxp-", (string.digits, 12), "-", (string.digits, 12), "-", (string.digits, 12), "-", (HEX, 32)
    ),
    "slack-app": form("xapp-1-A", (UPPER, 10), "-", (string.digits, 13), "-", (HEX, 64)),
    "stripe-live": form("sk_live_", (ALNUM, 99)),
    "stripe-old": form("sk_live_", (ALNUM, 24)),
    "stripe-restricted": form("rk_live_", (ALNUM, 99)),
    "stripe-webhook": form("whsec_", (ALNUM, 32)),
    "google-api": form("AIza", (URLSAFE, 35)),
    "google-oauth": form("ya29.a0", (URLSAFE, 150)),
    "google-client": form("GOCSPX-", (URLSAFE, 28)),
    "openai-project": form("sk-proj-", (URLSAFE, 74), "T3BlbkFJ", (URLSAFE, 74)),
    "openai-old": form("sk-", (ALNUM, 20), "T3BlbkFJ", (ALNUM, 20)),
    "anthropic": form("sk-ant-api03-", (URLSAFE, 93), "AA"),
    "hugging-face": form("hf_", (ALNUM, 34)),
    "npm": form("npm_", (ALNUM, 36)),
    "pypi": form("pypi-AgEIcHlwaS5vcmc", (URLSAFE, 120)),
    "sendgrid": form("SG.", (URLSAFE, 22), ".", (URLSAFE, 43)),
    "twilio-key": form("SK", (HEX, 32)),
    "mailgun": form("key-", (HEX, 32)),
    "mailchimp": form((HEX, 32), "-us14"),
    "digitalocean": form("dop_v1_", (HEX, 64)),
    "doppler": form("dp.pt.", (ALNUM, 43)),
    "linear": form("lin_api_", (ALNUM, 40)),
    "notion": form("ntn_", (ALNUM, 46)),
    "shopify": form("shpat_", (HEX, 32)),
    "square": form("sq0atp-", (URLSAFE, 22)),
    "databricks": form("dapi", (HEX, 32)),
    "grafana-service": form("glsa_", (ALNUM, 32), "_", (HEX, 8)),
    "grafana-cloud": form("glc_eyJ", (BASE64, 90)),
    "new-relic": form("NRAK-", (UPPER, 27)),
    "telegram": form((string.digits, 10), ":AA", (URLSAFE, 33)),
    "vault": form("hvs.", (URLSAFE, 92)),
    "terraform-cloud": form((ALNUM, 14), ".atlasv1.", (URLSAFE, 67)),
    "atlassian": form("ATATT3xFfGF0", (URLSAFE, 171), "=", (HEX.upper(), 8)),
    "bitbucket": form("ATBB", (ALNUM, 24), (HEX.upper(), 8)),
    "postman": form("PMAK-", (HEX, 24), "-", (HEX, 34)),
    "sentry-user": form("sntryu_", (HEX, 64)),
    "launchdarkly-sdk": lambda rng: f"sdk-{uuid(rng)}",
    "launchdarkly-api": lambda rng: f"api-{uuid(rng)}",
    "supabase": form("sbp_", (HEX, 40)),
    "docker-hub": form("dckr_pat_", (URLSAFE, 27)),
    "rubygems": form("rubygems_", (HEX, 48)),
    "airtable": form("pat", (ALNUM, 14), ".", (HEX, 64)),
    "figma": form("figd_", (URLSAFE, 40)),
    "pulumi": form("pul-", (HEX, 40)),
    "age": form("AGE-SECRET-KEY-1", ("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    "tailscale": form("tskey-auth-k", (ALNUM, 11), "CNTRL-", (ALNUM, 32)),
    "dynatrace": form("dt0c01.", (string.ascii_uppercase + "234567", 24), ".", (string.ascii_uppercase + "234567", 64)),
    "buildkite": form("bkua_", (HEX, 40)),
    "sonarqube": form("sqp_", (HEX, 40)),
    "netlify": form("nfp_", (ALNUM, 36)),
    "azure-client": form((ALNUM, 3), "8Q~", (ALNUM + "_-~", 34)),
    "contentful": form("CFPAT-", (URLSAFE, 43)),
    "heroku": form("HRKU-AA", (URLSAFE, 58)),
    "jwt": jwt,
}
"""Tokens that can be told by themselves, by kind."""

OPAQUE: dict[str, Draw] = {
    "password": password,
    "aws-secret": form((BASE64, 40)),
    "hex-32": form((HEX, 32)),
    "hex-40": form((HEX, 40)),
    "uuid": uuid,
    "base64-64": form((BASE64, 62), "=="),
    "alnum-40": form((ALNUM, 40)),
}
"""Secrets that only what stands beside them tells of, by kind."""
