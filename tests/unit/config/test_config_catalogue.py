from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, Config
from inquest.config.diff import diff
from inquest.config.load import parse
from inquest.config.model import ModeConfig
from inquest.config.schema import render, schema
from inquest.config.secrets import SecretUnavailable, resolve
from inquest.config.show import effective
from inquest.config.starter import default_yaml
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.errors import Impossible, NotFound

SERVICES = [
    {
        "service_id": "checkout",
        "dependencies": ["payments", "db"],
        "aliases": {"pagerduty": ["PF9KMXH", "Checkout API"]},
    },
    {"service_id": "payments", "dependencies": ["db"], "aliases": {"prometheus": ["PF9KMXH", "pay"]}},
    {"service_id": "frontend", "dependencies": ["checkout"]},
]
CATALOGUE = Catalogue(CatalogueConfig.model_validate({"services": SERVICES}))


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("checkout", "", "checkout"),
        ("PF9KMXH", "pagerduty", "checkout"),
        ("PF9KMXH", "prometheus", "payments"),
        ("PF9KMXH", "", None),  # two services go by it, so it names neither
        ("checkout api", "", "checkout"),
        ("CHECKOUT", "generic", "checkout"),
        ("pay", "pagerduty", "payments"),
        ("unknown", "", None),
    ],
)
def test_a_name_resolves_through_the_aliases_of_its_source(name, source, expected):
    assert CATALOGUE.resolve(name, source) == expected


def test_unmatched_names_come_with_a_suggestion():
    assert CATALOGUE.unmatched(["chekout", "pay", "zzzz"]) == {"chekout": "checkout", "zzzz": None}
    assert Catalogue(CatalogueConfig()).unmatched(["x"]) == {}
    assert CATALOGUE.get("checkout") is not None
    assert CATALOGUE.get("nope") is None


def test_what_a_service_depends_on_has_its_distance_in_calls():
    assert CATALOGUE.below("frontend", 0) == {}
    assert CATALOGUE.below("frontend", 1) == {"checkout": 1}
    assert CATALOGUE.below("frontend", 2)["db"] == 2
    assert CATALOGUE.callers("checkout") == {"frontend"}
    assert CATALOGUE.below("elsewhere", 5) == {}
    assert CATALOGUE.callers("elsewhere") == frozenset()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=10), st.integers(0, 5))
def test_distances_grow_by_one_with_each_call(edges, hops):
    services = [{"service_id": s, "dependencies": [b for a, b in edges if a == s]} for s in "abcdef"]
    catalogue = Catalogue(CatalogueConfig.model_validate({"services": services}))
    for one in "abcdef":
        for other, distance in catalogue.below(one, hops).items():
            assert other != one
            assert distance <= hops
            assert any(distance == catalogue.below(one, hops).get(caller, 0) + 1 for caller in catalogue.callers(other))


def test_secrets_resolve_from_environment_and_file(tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "s3cret")
    assert resolve("env:A_SECRET") == "s3cret"
    path = tmp_path / "secret"
    path.write_text("from file\n")
    assert resolve(f"file:{path}") == "from file"


@pytest.mark.parametrize("ref", ["hunter2", "env:A B", "file:relative", "vault:x", "env:1"])
def test_a_malformed_reference_is_not_repeated(ref):
    with pytest.raises(Impossible) as caught:
        resolve(ref)
    assert ref not in str(caught.value)


def test_a_reference_that_leads_nowhere_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(SecretUnavailable, match="set the environment variable NOT_SET"):
        resolve("env:NOT_SET")
    for content, expected in ((b"", "write the secret to"), (b"\xff", "not UTF-8"), (b"x" * 70_000, "larger than")):
        (tmp_path / "s").write_bytes(content)
        with pytest.raises(SecretUnavailable, match=expected):
            resolve(f"file:{tmp_path / 's'}")
    with pytest.raises(SecretUnavailable, match="cannot be read"):
        resolve(f"file:{tmp_path / 'none'}")


def test_the_difference_names_what_changed_and_does_not_shift_with_lists():
    old = parse("tenants: {a: {providers: [{name: x, kind: pack, settings: {path: /p}}]}}")
    new = parse(
        "tenants: {a: {mode: fast, providers: [{name: w, kind: pack, settings: {path: /q}}, "
        "{name: x, kind: pack, priority: 5, settings: {path: /p}}]}}"
    )
    lines = diff(old, new)
    assert 'tenants.a.mode: "balanced" → "fast"' in lines
    assert "tenants.a.providers[x].priority: 100 → 5" in lines
    assert '+ tenants.a.providers[w].settings.path: "/q"' in lines
    assert not any("providers[x].settings" in line for line in lines)
    assert any(line.startswith("- tenants.a.providers[w]") for line in diff(new, old))
    assert diff(old, old) == []


@pytest.mark.slow
def test_the_published_schema_is_the_committed_one_and_accepts_what_loads():
    committed = Path(__file__).parents[3] / "libs/config/inquest.schema.json"
    assert committed.read_text() == render()
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(yaml.safe_load(effective(Config())), schema())
    jsonschema.validate({"tenants": {"a": {"sources": [{"kind": "generic", "secret": "env:X"}]}}}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"tenant": {}}, schema())
    assert "Shadow mode" in default_yaml()


def test_an_unknown_tenant_names_those_there_are():
    with pytest.raises(NotFound, match=r"no tenant 'x' in inquest\.yaml; there are default"):
        Config().tenant("x")


def test_every_mode_asks_every_capability_by_default():
    assert ModeConfig().capabilities == tuple(capability.capability_id for capability in CAPABILITIES)
