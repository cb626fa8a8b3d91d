"""Forms in which secrets stand, a line each, and lines that speak of secrets and hold none (the files in `forms`)."""

import base64
from pathlib import Path

import pytest
from inquest.contracts.redaction import Policy, Redactor, redact

FORMS = Path(__file__).parent / "forms"
CAREFUL = Redactor(Policy(key=b"0123456789abcdef"))
HASH = "$2b$12$" + "abcdefGHIJKLmnopqrstuv" + "0123456789ABCDEFGHIJKLMNOPQRSTU"
LONG = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY2zA4bC6d"
PLAIN = base64.b64encode(b"\0bob\0hunter2falcon!").decode()


def _lines(name: str) -> list[str]:
    return (FORMS / f"{name}.txt").read_text().splitlines()


def _written(line: str, secret: str) -> str:
    return line.replace("%S", secret).replace("%H", HASH).replace("%L", LONG).replace("%B", PLAIN)


@pytest.mark.parametrize("name", ["commands", "dumps", "settings", "shown", "spoken", "told"])
@pytest.mark.parametrize("secret", ["zK7mQ2vLp9xB", "Winter#2024!x", "harbor-falcon-maple-9"])
def test_a_secret_is_hidden_in_every_known_form_once_and_for_all(name, secret):
    clean = {line: CAREFUL.text(_written(line, secret)) for line in _lines(name)}
    left = {
        line: text
        for line, text in clean.items()
        if any(one in text for one in (secret, HASH, LONG, PLAIN)) or "[redacted:" not in text
    }
    assert not left
    assert {line: CAREFUL.text(text) for line, text in clean.items()} == clean


def test_lines_that_only_speak_of_secrets_stay():
    lines = _lines("stay")
    assert CAREFUL.texts(lines) == lines
    assert [CAREFUL.text(line) for line in lines] == lines


TABLES = [
    ("id,login,password\n7,bob,zK7mQ2vL\n8,al,pumpernickel\n", ["zK7mQ2vL", "pumpernickel"], ["bob", "al"]),
    ("login | token | role\n------+-------+-----\nbob | zK7mQ2vL | admin\n", ["zK7mQ2vL"], ["bob", "admin"]),
    ("insert into t (a, api_key) values ('x', 'pumper''nickel'), ('y', 'zK7mQ2vL')", ["nickel", "zK7mQ2vL"], ["'y'"]),
    ("apiVersion: v1\nkind: Secret\ndata:\n  a.b: cHVtcA==\nmetadata:\n  name: db\n", ["cHVtcA"], ["name: db"]),
    ('{"kind":"Secret","data":{"x":"cHVtcA=="},"metadata":{"name":"db"}}', ["cHVtcA"], ['"name":"db"']),
    ("password: |\n  first\n  second\nport: 80", ["first", "second"], ["port: 80"]),
    (
        "leaked: AKIA" + "ABCDEFGHIJKLMNOP / c/HrwxIXx7oM/uC0/1Xw/r8+a/+AskhWrACHiVEZ - rotate",
        ["HrwxIXx7oM", "AskhWrACH"],
        ["leaked: ", "- rotate"],
    ),
    ("Please use the following password to proceed to installation:\n\n0796523\n", [], ["0796523"]),
    (
        "Please use the following password to proceed to installation:\n\n07965236b38d365f\n\nIt is in a file.",
        ["07965236b38d365f"],
        ["It is in a file"],
    ),
    ("Password for the elastic user (reset with `x -u elastic`):\n  ksDZv=O07a9M", ["ksDZv=O07a9M"], ["elastic user"]),
    (
        '[{"keyName": "key1",\n "permissions": "FULL",\n "value": "mYNjf7AioYd24z9QDpmA3vceO2E71A3p=="}]',
        ["mYNjf7AioYd2"],
        ["key1", "FULL"],
    ),
    ("command:\n- redis-cli\n- -a\n- zK7mQ2vLp9xB\n- ping", ["zK7mQ2vLp9xB"], ["redis-cli", "ping"]),
    (
        "  Command:\n    redis-server\n    --requirepass\n    liverpoolFalcon94\n  State: Running",
        ["liverpoolFalcon94"],
        ["redis-server", "State: Running"],
    ),
    ('- "--db-password"\n- "pumpernickel"\n- "--port"\n- "80"', ["pumpernickel"], ["--port", "80"]),
    ("- mysqldump\n- -h\n- db\n- -pWelcome2025\n- shop", ["Welcome2025"], ["mysqldump", "- db", "shop"]),
    ('Wifi passphrase is "purple falcon sunshine monkey" for the office', ["falcon", "monkey"], ["for the office"]),
    ("passphrase `purple-falcon-sunshine-monkey` was typed", ["falcon"], ["was typed"]),
    ('{"routing_key":"9c1d83b4a6f24e7f8b5ad01c3e2f4a6b","event_action":"trigger"}', ["9c1d83b4"], ["trigger"]),
    ('"customer":{"id":7,"name":"Yasmin Whitfield"}', ["Yasmin", "Whitfield"], ['"id":7']),
    (
        '{"msg": "\\"billing_address\\":{\\"name\\":\\"Johann Andersen\\",\\"city\\":\\"Leeds\\"}"}',
        ["Johann", "Andersen"],
        ["Leeds"],
    ),
    ("{'user': {'id': 7, 'name': 'Ada Lovelace'}}", ["Ada", "Lovelace"], ["'id': 7"]),
]


@pytest.mark.parametrize(("text", "hidden", "kept"), TABLES)
def test_values_whose_names_stand_elsewhere_are_hidden(text, hidden, kept):
    clean = CAREFUL.text(text)
    assert [one for one in hidden if one in clean] == []
    assert [one for one in kept if one not in clean] == []
    assert CAREFUL.text(clean) == clean


def test_names_of_people_are_found_under_headers_in_statements_and_in_addresses():
    text = "id,full_name\n7,Ada Lovelace\n"
    assert "Ada" not in CAREFUL.text(text)
    assert "Ada" not in CAREFUL.text("INSERT INTO c (id, full_name) VALUES (7, 'Ada Lovelace')")
    assert "Lovelace" not in CAREFUL.text("GET /pay?customer_name=Ada+de+la+Lovelace&amount=12")
    assert "ada" not in CAREFUL.text("mail ada%2540example.org, ada\\u0040example.org")


def test_base64_is_a_secret_where_it_says_so():
    key = base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA").decode()
    note = base64.b64encode(b'{"name": "bob", "n": 1}').decode()
    assert key not in redact(f"x {key}")
    assert redact(f"x {note}") == f"x {note}"


def test_time_grows_with_the_length_and_not_faster():
    for piece in ("password ", "secret,key\na,b\n", "curl -u ", "insert into a (password) values ('a',", "\\"):
        text = piece * (4_000 // len(piece))
        assert redact(redact(text)) == redact(text)
