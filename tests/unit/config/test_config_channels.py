"""A channel that could not work, or that would give a secret away, is refused when the configuration is checked."""

import pytest
from inquest.config import TenantConfig
from pydantic import ValidationError

SLACK = {"kind": "slack"}
MAIL = {"kind": "email", "host": "smtp.example.com", "sender": "a@example.com", "to": ["b@example.com"]}
PAGERDUTY = {"kind": "pagerduty", "token": "env:T", "from_email": "a@example.com"}
JIRA = {"kind": "jira", "url": "https://acme.atlassian.net", "token": "env:T"}


def made(**fields):
    return TenantConfig.model_validate({"channels": [{"id": "ops", **fields}]}).channels[0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (SLACK, "either token and channel, or webhook_url"),
        ({**SLACK, "token": "env:T"}, "token and channel belong together"),
        ({**SLACK, "channel": "C1"}, "token and channel belong together"),
        ({**SLACK, "token": "env:T", "channel": "C1", "webhook_url": "env:W"}, "either"),
        ({**SLACK, "token": "env:T", "channel": "#general"}, "pattern"),
        ({**SLACK, "webhook_url": "https://hooks.slack.com/services/T/B/x"}, "held by reference"),
        ({"kind": "teams", "webhook_url": "https://example.com/x"}, "held by reference"),
        ({"kind": "mattermost"}, "webhook_url"),
        ({**MAIL, "user": "a"}, "user and password belong together"),
        ({**MAIL, "user": "a", "password": "env:P", "tls": "none"}, "must not travel in the clear"),
        ({**MAIL, "to": []}, "at least 1"),
        ({**MAIL, "host": "smtp.example.com/x"}, "pattern"),
        ({**PAGERDUTY, "token": "y_NbAkKc66ryYTWUXYEu"}, "held by reference"),
        ({**PAGERDUTY, "escalation_level": 0}, "greater than or equal to 1"),
        ({**PAGERDUTY, "url": "ftp://x"}, "http"),
        ({**PAGERDUTY, "url": "https://u:p@api.pagerduty.com"}, "must not carry"),
        ({**JIRA, "api": 4}, "2 or 3"),
        ({**JIRA, "issue": "OPS-7/../8"}, "pattern"),
        ({**JIRA, "user": "a:b"}, "pattern"),
        ({**JIRA, "per_minute": 0}, "greater than 0"),
        ({**JIRA, "timeout_ms": 600_000}, "less than or equal"),
    ],
)
def test_what_is_refused(fields, said):
    with pytest.raises(ValidationError, match=said) as refused:
        made(**fields)
    assert "y_NbAkKc66ryYTWUXYEu" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize(
    "address",
    ["a", "a@", "@b", "a b@c.de", "a@b.de\r\nBcc: x@y.z", "Ada <a@b.de>", "a@b.de,c@d.de", "\u00e4@b.de", '"a"@b.de'],
)
def test_an_address_is_one_plain_address(address):
    for field in ({**MAIL, "sender": address}, {**MAIL, "to": [address]}, {**PAGERDUTY, "from_email": address}):
        with pytest.raises(ValidationError, match="one plain e-mail address"):
            made(**field)


def test_channels_wait_in_shadow_mode_with_sensible_limits():
    channel = made(**PAGERDUTY)
    assert (channel.live, channel.timeout_ms, channel.per_minute) == (False, 5000, 60)
    assert channel.escalation_level == 2
    assert made(**PAGERDUTY, escalation_level=None).escalation_level is None
    assert made(**MAIL).tls == "starttls"
    assert made(**JIRA).api == 3
