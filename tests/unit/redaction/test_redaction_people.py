"""What tells of people is hidden where a label, a check digit or a printed form says so, and only with `personal`."""

import pytest
from inquest.contracts.redaction import Policy, Redactor

CAREFUL = Redactor(Policy(key=b"0123456789abcdef"))
SECRETS_ONLY = Redactor(Policy(personal=False))

# A line, what must be gone, and its kind. Numbers are of ranges and examples that issuers publish, or made up.
FOUND = [
    ("Bitte überweisen an DE89 3704 0044 0532 0130 00", "0532", "account"),
    ('{"beneficiary":{"iban":"GB29NWBK60161331926819"}}', "NWBK6016", "account"),
    ("creditor,iban,amount\nACME AG,CH9300762011623852957,120.00", "0076201162", "account"),
    ('{"routing_number":"021000021","account_number":"581194577326"}', "5811945", "account"),
    ("Kontonummer: 1234567890", "12345678", "account"),
    ("phone=+1 (785) 555-0105 verified=true", "785", "phone"),
    ('"telefon": "+49 175 2487772"', "2487772", "phone"),
    ("Tél : 06 31 55 97 16", "31 55", "phone"),
    ("電話番号\uff1a090-9387-1252", "9387", "phone"),
    ("SMS to +16505550177 failed: 30003 unreachable", "6505550177", "phone"),
    ("POST Messages.json To=%2B447700900123&Body=hi", "447700900123", "phone"),
    ('href="tel:+16505550177"', "6505550177", "phone"),
    ("call me at (415) 555-2671", "555-2671", "phone"),
    ("Member SSN 299-19-2922 did not match records", "19-2922", "identity"),
    ("National Insurance number: QQ 12 34 56 C", "12 34 56", "identity"),
    ("CPF do cliente: 508.607.336-70", "607.336", "identity"),
    ("numéro de sécurité sociale : 1 96 11 08 527 468 74", "08 527", "identity"),
    ('{"pan_number":"ABCPA4832M"}', "ABCPA4832M", "identity"),
    ("SIN: 532-462-876", "462-876", "identity"),
    ("BSN 560893139 niet gevonden", "560893139", "identity"),
    ("身份证号\uff1a310115198904140778", "31011519", "identity"),
    ("주민등록번호: 950720-2243828", "2243828", "identity"),
    ("passport_number: EY7457601", "EY7457601", "identity"),
    ('"drivers_license":"B503227484328"', "50322748", "identity"),
    ("medical_record_number: MRN98224478", "98224478", "identity"),
    ("date_of_birth=1986-03-02", "1986-03-02", "identity"),
    ("geboren am 14.03.1985", "14.03.1985", "identity"),
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "ERIKSSON",
        "identity",
    ),
    ('street_address="614 Steinbach Street, Apt 95"', "Steinbach", "address"),
    ("lives at 742 Evergreen Terrace", "Evergreen", "address"),
    ("contact:\n  name: Leopold Delacroix\n  role: billing", "Delacroix", "name"),
    ("To: Alejandro Lindqvist <nobody@invalid>", "Lindqvist", "name"),
    ("Nachname: Petrosyan", "Petrosyan", "name"),
    ("PASSENGER: Papadopoulos/Imogen MR", "Imogen", "name"),
    ('shipping_address={recipient: "Aaliyah Halloran", country: "SE"}', "Halloran", "name"),
    ("Sehr geehrte Frau Petrosyan, danke", "Petrosyan", "name"),
    ("kaart 6759.7433.3096.6727 geblokkeerd", "7433", "card"),
    ("POST pay: card=4539%202381%209945%202457&cvv=hidden", "2381", "card"),
]
LEFT = [
    "contact: support",
    "recipient: order-events-queue",
    "customer: acme-corp",
    "Recipient: Billing Service",
    "client: Apache HttpClient",
    "mobile: true",
    "telemetry=12345678",
    "GMT+0200 2024-11-21 10:00:00",
    "delta=+12345678901",
    "port (555) in use",
    "RFC 7231 section 6.5.1",
    "SIN 10 samples",
    "passport.js strategy failed",
    "passport initialized 1.2.3.4",
    "driver license check took 12345 ms",
    "AWS account number: 123456789012",
    "account number mismatch",
    "address: 10.0.0.1:8080",
    "remote_address=web-1.internal",
    "DE44 build 1234567890123456",
    "DE89 3704 0044 0532 0130 01 has a wrong check digit",
    "<<<<<<< HEAD",
    "From: 2024-01-01 To: 2024-02-01",
    "Hello world, this is a test",
    "took 12 Ms Total",
    "pin to cpu 1234",
    "error code 4829",
]
ATTRIBUTES = {
    "customer.ssn": ("329-13-9995", "identity"),
    "user.phone_number": ("+1 (291) 555-0150", "phone"),
    "transfer.creditor.iban": ("DE89370400440532013000", "account"),
    "customer.date_of_birth": ("1986-03-02", "identity"),
    "delivery.street_address": ("614 Steinbach Street", "address"),
    "person.nachname": ("Petrosyan", "name"),
}


@pytest.mark.parametrize(("text", "hidden", "kind"), FOUND)
def test_what_tells_of_people_is_hidden_and_once_is_enough(text, hidden, kind):
    clean = CAREFUL.text(text)
    assert hidden not in clean
    assert f"[redacted:{kind}#" in clean
    assert CAREFUL.text(clean) == clean
    assert CAREFUL.texts(["before", text]) == ["before", clean]


@pytest.mark.parametrize("text", LEFT)
def test_what_only_looks_like_a_person_stays(text):
    assert CAREFUL.text(text) == text


@pytest.mark.parametrize("text", [text for text, _, kind in FOUND if kind != "card"])
def test_who_wants_secrets_alone_keeps_people(text):
    assert SECRETS_ONLY.text(text) == text


def test_attributes_are_people_s_by_their_names():
    clean = CAREFUL.attributes({name: value for name, (value, _) in ATTRIBUTES.items()})
    assert {name: value.partition("#")[0] for name, value in clean.items()} == {
        name: f"[redacted:{kind}" for name, (_, kind) in ATTRIBUTES.items()
    }
    plain = {"db.name": "orders", "server.address": "db-1", "client.address": "web 1", "net.peer.name": "db"}
    assert CAREFUL.attributes(plain) == plain


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("upstream.mobile", "10.1.1.1:80"),
        ("upstream.fax", "12"),
        ("device.mobile", "true"),
        ("client.mobile", "2026-11-21T10:00:00Z"),
        ("app.passport", "v3.1"),
        ("svc.passport", "10.0.0.1:8080"),
        ("svc.passport", "https://passport.internal:8443"),
        ("process.runtime.otp", "26.2"),
        ("erlang.otp", "26"),
        ("feature.pin", "true"),
        ("current_address", "node 12 in rack b"),
    ],
)
def test_attributes_whose_values_do_not_fit_stay(name, value):
    assert CAREFUL.attributes({name: value}) == {name: value}


@pytest.mark.parametrize(
    "text",
    [
        "Phone 415-555-2671",
        "phone: 4155552671",
        '"mobile": "9876543210"',
        "mobile 07700 900123",
        "mobile=+447700900123",
        "passport EY7457601",
        "Passport of the traveller: EY7457601",
        "адрес: ул. Ленина, д. 5, кв 12",
        "地址\uff1a北京市朝阳区建国路88号",
        "current_address: 12 Baker Street, London",
        "adres: Dorpsstraat 12, 1234 AB Utrecht",
        "sender: Ada Lovelace",
        "Miss Havisham called",
        "OTP is 482911",
        "sms code: 482911",
        "验证码 482911",
    ],
)
def test_people_and_codes_beside_what_looks_like_them_are_hidden(text):
    assert "[redacted:" in CAREFUL.text(text)
