"""Where a provider may connect to, and when a source wants to be asked again."""

import socket
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.gateway.domain.addresses import Reach, is_private_name
from inquest.gateway.domain.retry_after import RETRY_AFTER_S_MAX, retry_after_s

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REACH = Reach(frozenset({"api.example.com", "loki", "127.0.0.1"}), (ip_network("10.1.0.0/16"),))


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("loki", True),
        ("loki.monitoring.svc", True),
        ("loki.monitoring.svc.cluster.local.", True),
        ("metadata.google.internal", True),
        ("10.0.0.1", True),
        ("[::1]", True),
        ("8.8.8.8", False),
        ("api.example.com", False),
        ("internal.example.com", False),
    ],
)
def test_a_name_shows_whether_it_is_private(host, private):
    assert is_private_name(host) is private


@pytest.mark.parametrize(
    ("host", "address", "says"),
    [
        ("api.example.com", "93.184.216.34", ""),
        ("API.example.com", "2606:2800:220:1:248:1893:25c8:1946", ""),
        ("api.example.com", "10.1.2.3", ""),
        ("api.example.com", "10.2.2.3", "list its network"),
        ("api.example.com", "127.0.0.1", "list its network"),
        ("api.example.com", "::ffff:127.0.0.1", "list its network"),
        ("api.example.com", "fd12::1", "list its network"),
        ("loki", "10.2.2.3", ""),
        ("127.0.0.1", "127.0.0.1", ""),
        ("loki", "169.254.169.254", "nothing may be asked"),
        ("loki", "::ffff:169.254.169.254", "nothing may be asked"),
        ("loki", "64:ff9b::a9fe:a9fe", "nothing may be asked"),
        ("loki", "2002:a9fe:a9fe::", "nothing may be asked"),
        ("loki", "fe80::1%eth0", "nothing may be asked"),
        ("loki", "fd00:ec2::254", "nothing may be asked"),
        ("loki", "100.100.100.200", "nothing may be asked"),
        ("loki", "0.0.0.0", "nothing may be asked"),
        ("loki", "224.0.0.1", "nothing may be asked"),
        ("evil.example.com", "93.184.216.34", "not among the hosts"),
    ],
)
def test_an_address_is_refused_with_a_reason(host, address, says):
    refusal = REACH.refusal(host, address)
    assert (says in refusal) if says else refusal == ""


@pytest.mark.parametrize(
    "host", ["2852039166", "0251.0376.0251.0376", "0xa9fea9fe", "169.254.43518", "[::ffff:a9fe:a9fe]"]
)
def test_the_metadata_service_is_refused_in_all_its_spellings(host):
    """Whoever may name any host still gets no further than the address that it leads to."""
    found = socket.getaddrinfo(host.strip("[]"), 80, type=socket.SOCK_STREAM)
    assert found
    for *_, address in found:
        assert "nothing may be asked" in Reach(frozenset({host})).refusal(host, str(address[0]))


@settings(max_examples=50)
@given(st.ip_addresses())
def test_a_public_name_leads_to_public_addresses_alone(address):
    refusal = Reach(frozenset({"api.example.com"})).refusal("api.example.com", str(address))
    if not refusal:
        assert address.is_global
        assert not address.is_multicast
        assert ip_address(address) not in ip_network("100.64.0.0/10" if address.version == 4 else "fc00::/7")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "-7"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "9" * 30}, 0),
        ({"retry-after": "999999"}, RETRY_AFTER_S_MAX),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Sun, 01 Mar 2026 15:00:30 GMT", "date": "Sun, 01 Mar 2026 15:00:00 GMT"}, 30),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 60)}, 60),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": str(int(NOW.timestamp()) + 60)}, 0),
        ({"x-ratelimit-route-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) * 1000 + 4000)}, 4),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "8"}, 8),
        ({"ratelimit-remaining": "1", "ratelimit-reset": "8"}, 0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"x-ms-retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers, seconds):
    assert retry_after_s(headers, NOW) == seconds


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "date", "x-ratelimit-reset"]), st.text(max_size=40)
    )
)
def test_whatever_is_sent_asks_for_a_bounded_pause(headers):
    assert 0 <= retry_after_s(headers, NOW) <= RETRY_AFTER_S_MAX
