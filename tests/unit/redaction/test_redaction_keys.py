"""Drawn values under names of keys, addresses that open a door, credentials of several parameters, codes."""

import pytest
from inquest.contracts.redaction import Policy, Redactor

CAREFUL = Redactor(Policy(key=b"0123456789abcdef"))
HEX = "3f8a7b2c9d1e4f5a6b7c8d9e0f1a2b3c"
UUID = "3f8a7b2c-9d1e-4f5a-6b7c-8d9e0f1a2b3c"
DRAWN = "Zk7Mq2Vl9Xb3Rt8Yw1Np"
BYTES = "CgRZSgyk7JwkTzcvWvi3wD4hkcMl5+mmqjiTYB2dxOw="
WORDS = "abandon ability able about above absent absorb abstract absurd abuse access accident"

FOUND = [
    (f"ACME_WEATHER_KEY={HEX}", HEX),
    (f"AZURE_DEVOPS_EXT_PAT={HEX} az repos list", HEX),
    (f"X-Acme-Team: {DRAWN}", DRAWN),
    (f"GET /weather?q=Oslo&appid={HEX} HTTP/1.1", HEX),
    (f"MJ_APIKEY_PRIVATE={HEX}", HEX),
    (f"registration-token: {DRAWN}", DRAWN),
    (f"Secret ID    = {UUID}", UUID),
    (f"./codecov -t {UUID} -f coverage.xml", UUID),
    (f'encrypt = "{BYTES}"', BYTES),
    (f"TLSPSK={HEX}{HEX}", HEX),
    (f"security.keyFile content: {BYTES[:-1] * 2}", BYTES[:-1]),
    ("[client.admin]\n\tkey = AQAaAbYE6VMMytmMvpEb13JOFlUi1IqizOE3vxab==", "AbYE6VMMyt"),
    (f"https://endpoint4.collection.example.com/receiver/v1/http/{DRAWN}{DRAWN}==", DRAWN),
    (f"POST http://logs.example.com/inputs/{UUID}/tag/http/ 200", UUID),
    (f"curl https://uptime.example.com/api/v1/heartbeat/{DRAWN}", DRAWN),
    (f"https://calendar.example.com/calendar/ical/team/private-{HEX}/basic.ics", HEX),
    (f'Authorization: Digest username="bob", realm="acme", nonce="51d5", uri="/api", response="{HEX}"', HEX),
    (f"Authorization: AWS4-HMAC-SHA256 Credential=X/20250301/s3, SignedHeaders=host, Signature={HEX}{HEX}", HEX),
    (f'{{"Authorization":"OAuth oauth_token=\\"1-{DRAWN}\\", oauth_signature=\\"{DRAWN}%3D\\""}}', DRAWN),
    (f"wordpress_logged_in_{HEX}=admin%7C6936457733%7C{DRAWN}", DRAWN),
    ("<RSAKeyValue><D>" + "BWVtFvMCY7ZGf8r4FaFakuqX8s8QbwLHsb5g3FRY7KcRathLqXM" + "</D></RSAKeyValue>", "BWVtFvMC"),
    (f"$ANSIBLE_VAULT;1.1;AES256\n{HEX}{HEX}\n{HEX}", HEX),
    ("<auth-user-pass>\nsvc\ntOryXuohpwbKLb9\n</auth-user-pass>", "tOryXuoh"),
    ('$password\n[1] "VP4p1YLA3GVVZg5"', "VP4p1YLA"),
    (f"wallet recovery mnemonic: {WORDS}", "ability"),
    ("Windows product key: BIROW-KL820-SAIFF-PY8UW-FL8F4", "KL820"),
    ("Your verification code is 730672. Do not share it.", "730672"),
    ("Ihr Bestätigungscode lautet: 980592", "980592"),
    ("验证码\uff1a730672", "730672"),
    ("SIM PUK: 68191751", "68191751"),
    ("use code 482913 to sign in", "482913"),
    ("CVV 123", "123"),
]
LEFT = [
    f"cache-key: {HEX}",
    f"Idempotency-Key={HEX}",
    f"partition_key={HEX}",
    f"public_key={HEX}",
    "object_key=uploads/2024/01/a1b2c3d4e5f6g7h8.png",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "x-team: checkout-platform-team",
    f"https://example.com/orders/{UUID}",
    "https://github.com/acme/collector/commit/9fceb02d0ae598e95dc970b74767f19372d61af8",
    "https://example.com/static/js/main.3f8a7b2c9d1e4f5a.js",
    "-t 30 -f coverage.xml",
    "encrypt = yes",
    "verification code expired after 300 seconds",
    "password 7 days old",
    'password: {{ .Values.redis.password | default "" | quote }}',
    "api_token: <your-api-token>",
    "SECRET_KEY=YOUR_SECRET_KEY_HERE",
    "amqp://app:${RABBIT_PASSWORD}@mq:5672/",
    "redis://default:****@cache:6379",
    "Authorization: [FILTERED]",
    'const key = request.headers["x-api-key"];',
    "account.token = params[:token]",
    "def login(self, password): return self.store.check(password)",
    "Set-Cookie: theme=light; Path=/; Max-Age=31536000",
    "Set-Cookie: sid=; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "payload: d2hhdCBpcyBzYWlkIGhlcmUgaXMgcGxhaW4gdG8gYWxs",
]


@pytest.mark.parametrize(("text", "secret"), FOUND)
def test_a_drawn_value_is_hidden_whole_and_once_is_enough(text, secret):
    clean = CAREFUL.text(text)
    assert secret not in clean
    assert CAREFUL.text(clean) == clean
    assert CAREFUL.texts(["before", text]) == ["before", clean]


@pytest.mark.parametrize("text", LEFT)
def test_what_opens_nothing_stays(text):
    assert CAREFUL.text(text) == text


def test_a_cookie_of_taste_beside_one_of_a_session_hides_both():
    assert CAREFUL.text("Cookie: theme=dark; sid=a1b2c3").startswith("Cookie: [redacted:cookie#")


@pytest.mark.parametrize("name", ["auth.otp_code", "card.cvv", "sim.puk"])
def test_attributes_are_codes_by_their_names(name):
    assert CAREFUL.attributes({name: "802123"})[name].startswith("[redacted:code#")


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.com/hooks/{}",
        "https://hc-ping.com/{}",
        "https://cronitor.link/p/{}",
        "https://alert.victorops.com/integrations/generic/20131114/alert/{}/db",
        "https:\\/\\/chat.example.com\\/hooks\\/{}",
    ],
)
def test_an_id_opens_a_door_behind_a_hook_or_at_an_issuer_s_host(address):
    opens = "7f3a9c1d-2e4b-4a6f-8091-1c2d3e4f5a6b"
    assert CAREFUL.text(address.format(opens)).startswith(address.partition("{}")[0] + "[redacted:webhook-url#")


@pytest.mark.parametrize("door", ["feed", "invite", "trigger"])
def test_behind_other_doors_only_what_is_drawn_is_hidden(door):
    assert "[redacted:webhook-url" in CAREFUL.text(f"https://x.example.com/{door}/kQ9xZ2mB7vL4pT8wR3nY")
    left = f"https://x.example.com/{door}/7f3a9c1d2e4b4a6f80911c2d3e4f5a6b"
    assert "[redacted:webhook-url" not in CAREFUL.text(left)
