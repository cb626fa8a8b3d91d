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
