"""Settings of identity that would let somebody in by mistake stop the start."""

import pytest
from inquest.identity import IdentitySettings
from pydantic import ValidationError

JWT = {"jwt_jwks": "https://i.example/jwks", "jwt_issuer": "https://i.example", "jwt_audience": "inquest"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"jwt_algorithms": "none"}, "Input should be"),
        ({"jwt_algorithms": "HS256"}, "Input should be"),
        ({"jwt_algorithms": "RS256,HS512"}, "Input should be"),
        ({"jwt_algorithms": ""}, "name at least one"),
        ({"jwt_jwks": "http://i.example/jwks"}, "https://"),
        ({"jwt_jwks": "jwks.json"}, "https://"),
        ({"jwt_issuer": None}, "INQUEST_JWT_ISSUER"),
        ({"jwt_audience": ""}, "INQUEST_JWT_AUDIENCE"),
        ({"jwt_leeway_s": 3600}, "less than or equal"),
        ({"api_rates": "viewer=0"}, "ROLE=PER_SECOND"),
        ({"api_rates": "king=5/5"}, "ROLE=PER_SECOND"),
        ({"api_rates": "viewer=nan"}, "ROLE=PER_SECOND"),
        ({"api_rates": "viewer=often"}, "ROLE=PER_SECOND"),
    ],
)
def test_what_would_weaken_the_door_is_refused(changes, says):
    with pytest.raises(ValidationError, match=says):
        IdentitySettings(**JWT | changes)


def test_lists_are_written_with_commas(monkeypatch):
    monkeypatch.setenv("INQUEST_JWT_ALGORITHMS", "ES256, EdDSA")
    monkeypatch.setenv("INQUEST_API_RATES", "viewer=1/2,admin=7")
    made = IdentitySettings(**JWT)
    assert made.jwt_algorithms == ("ES256", "EdDSA")
    assert (made.rates["viewer"].per_s, made.rates["viewer"].burst) == (1, 2)
    assert (made.rates["admin"].burst, made.rates["operator"].per_s) == (7, 20)
