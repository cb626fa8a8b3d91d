"""The figures of docs/redaction.md hold: secrets drawn by the bench's generator, lines of systems that really ran."""

import pytest
from inquest.contracts.redaction import Policy, Redactor

from scripts.bench_redaction import clean_lines, leaks, missed
from scripts.redaction_corpus import Planted, corpus, fresh_corpus, third_corpus

CAREFUL = Redactor(Policy(key=b"0123456789abcdef"))


@pytest.mark.parametrize("drawn", [corpus, fresh_corpus, third_corpus])
@pytest.mark.parametrize("seed", [1, 20261121])
def test_nearly_all_drawn_secrets_are_hidden(drawn, seed):
    count, lost = missed(drawn(seed), CAREFUL)
    assert count >= 200
    assert len(lost) <= count / 100, [one.text for one in lost]


def test_clean_lines_stay_as_they_are():
    lines = clean_lines()
    assert len(lines) >= 2_000
    hit = [before for before, after in zip(lines, CAREFUL.texts(lines), strict=True) if before != after]
    assert len(hit) <= len(lines) / 1_000, hit


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD RESET requested for user 4711",
        "docker run -p 8080:80 acme/shop",
        "mysql -h db -u root shop",
        "curl -u http://grafana:3000/api/health",
        "at org.springframework.aop.framework.ReflectiveMethodInvocation.proceed(ReflectiveMethodInvocation.java:186)",
        "org/springframework/web/servlet/mvc/method/annotation/RequestMappingHandlerAdapter2Support",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 by ci",
        "pod checkout-7d9f8b6c5d-x2x7p on ip-10-0-0-4.eu-west-1.compute.internal",
        "order 6a204bd89f3c8348afd5c77c717a097a accepted",
        "name: LOG_LEVEL\n      value: debug",
        "image sha256:9b2d5b4fb0a4e0bc4d0b8b2f3d2d5e0a2b9a7c1f0f6f3d5d3b2a1c0d9e8f7a6b pulled",
    ],
)
def test_what_only_looks_like_a_secret_stays(text):
    assert CAREFUL.text(text) == text
    assert CAREFUL.texts([text]) == [text]


def test_a_token_of_an_issuer_that_nobody_listed_is_hidden_by_its_randomness():
    token = "zorgly_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY2zA4"
    assert CAREFUL.text(f"rejected {token}: expired").startswith("rejected [redacted:opaque-token#")


def test_a_leak_of_a_piece_is_a_leak():
    assert leaks(Planted("x", "see abcdefgh12345678", "abcdefgh12345678"), CAREFUL)
    assert not leaks(Planted("x", "password=abcdefgh12345678", "abcdefgh12345678"), CAREFUL)
