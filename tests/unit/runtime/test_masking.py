import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.runtime.masking import masked, masked_setting, masked_text
from pydantic import SecretStr


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("api_tokens_ref", "file:/etc/inquest/keys", "file:/etc/inquest/keys"),
        ("api_tokens_ref", "env:API_KEYS", "env:API_KEYS"),
        ("api_tokens_ref", "a-key-that-somebody-put-here", "***"),
        ("nats_password_file", "/run/secrets/nats", "/run/secrets/nats"),
        ("nats_url", "nats://worker:pa@ss/word@bus:4222", "nats://***@bus:4222"),
        ("nats_url", "nats://a:b@one:4222,nats://c:d@two:4222", "nats://***@one:4222,nats://***@two:4222"),
        ("nats_url", "nats://bus:4222", "nats://bus:4222"),
        ("otlp_endpoint", "https://c/v1?api_key=hunter2&x=1", "https://c/v1?api_key=***&x=1"),
        ("some_password", "hunter2", "***"),
        ("some_password", "", ""),
        ("anything", SecretStr("hunter2"), "***"),
        ("http_port", 8080, "8080"),
        ("nothing", None, ""),
        ("capabilities", ("one", "two"), "one,two"),
    ],
)
def test_a_setting_as_people_see_it(name, value, shown):
    assert masked_setting(name, value) == shown


def test_texts_at_any_depth_are_masked():
    document = {"providers": [{"url": "https://u:p@prom", "token": "env:T", "port": 9}]}
    assert masked(document) == {"providers": [{"url": "https://***@prom", "token": "env:T", "port": 9}]}


@settings(max_examples=50)
@given(st.text(alphabet=string.ascii_letters + string.digits + "@:%!$&'()*+;=-._~/?#[]", min_size=8, max_size=30))
def test_no_password_of_an_address_shows(password):
    assert password not in masked_text(f"redis://user:{password}@host:6379/0")
