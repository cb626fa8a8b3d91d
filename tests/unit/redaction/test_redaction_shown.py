"""What tools show when they are asked: the name of the secret is in the question, or nowhere."""

import pytest
from inquest.contracts.redaction import Policy, Redactor

CAREFUL = Redactor(Policy(key=b"0123456789abcdef"))
SHOWN = [
    ('(gdb) p conn->pgpass\n$1 = 0x55d3c80a1e20 "CzqidAW2qY.LDym"', "CzqidAW2qY"),
    ('(dlv) print cfg.ClientSecret\n"C7ydpzoNmTth_ZUXLtzl"', "C7ydpzoN"),
    ("$ argocd admin initial-password -n argocd\nMo5sZBQxzfVNkfcx\n\n It is for the first time.", "Mo5sZBQx"),
    ('+ resource "random_password" "db" {\n  + length = 24\n  + result = "7QxHS1fFH6h1"\n}', "7QxHS1fF"),
    ('"billing_rw" "md531964d242d6b8dbb6449996d6e165b63"', "31964d24"),
    ("<password_sha256_hex>0f673b7d364749c10a502c950e07212556494d50</password_sha256_hex>", "0f673b7d"),
    ('"encrypt": "8mocrqRCOn0NYT+GUkQffLX116LekdXVTf3HQ8GMHAY=", "retry_join": []', "8mocrqRC"),
    ("<master>{fH9xyVJ9fqkjh3+JC37ysQPhhr4YmDfSAAK/yeFNpPk=}</master>", "fH9xyVJ9"),
    ("mail: https://app.example.org/accounts/reset/Mg/c9x4k1-3d490810e13dcb2fb4cdc3d978e9a508/", "3d490810"),
    ('{"fields":{"reporter":{"displayName":"Anders Yilmaz","active":true}}}', "Yilmaz"),
    (
        '"reporter":{"avatarUrls":{"48x48":"https://jira.example.org/a/7"},"displayName":"Anders Yilmaz"}',
        "Yilmaz",
    ),
    ('a0="app" a1="--db-password" a2="zK7mQ2vLp9xB"', "zK7mQ2vL"),
    ("smtp.example.org:587 mailer:zK7mQ2vLp9xB", "zK7mQ2vL"),
    ("activation_code=CZLE-U7FM-5N1Q", "U7FM"),
    ("otp: AB12CD-", "AB12CD"),
    ("password=summerHolidayName", "summerHolidayName"),
    ("token: path:/a1B2c3/d4E5f6", "d4E5f6"),
    ("dn: uid=u1959,ou=people,dc=example\nsn: Nakamura\nobjectClass: inetOrgPerson", "Nakamura"),
]


@pytest.mark.parametrize(("text", "secret"), SHOWN)
def test_what_is_shown_is_hidden_once_and_for_all(text, secret):
    clean = CAREFUL.text(text)
    assert secret in text
    assert secret not in clean
    assert CAREFUL.text(clean) == clean


def test_names_stay_where_a_tenant_does_not_ask_for_them_to_go():
    text = '{"reporter":{"displayName":"Anders Yilmaz"}}'
    assert Redactor(Policy(personal=False)).text(text) == text


def test_all_users_of_a_broker_are_hidden_at_once():
    users = " ".join(f'user_u{number}="S3cr3tPass{number}"' for number in range(12))
    assert "S3cr3t" not in CAREFUL.text(f"PlainLoginModule required {users};")


@pytest.mark.parametrize(
    "text",
    [
        "SECRET_KEY=$(openssl rand -hex 32)\nAPP_ENV=production",
        "io: op read latency 5ms\nop_write_latency=5ms",
        "$ vault kv get -field=foo kv/app\npermission-denied-403",
        "$ openssl rand -hex 8 > out\ndone_step_2",
        '(gdb) p tokenizer->name\n$1 = 0x55d34444 "wordpiece"',
        "hostname: sw1\nsn: FOC1234X0YZ\ncdn: enabled",
        "dn: uid=svc,ou=x\nobjectClass: account\nsn: Service",
    ],
)
def test_what_only_looks_like_an_answer_stays(text):
    assert CAREFUL.text(text) == text
