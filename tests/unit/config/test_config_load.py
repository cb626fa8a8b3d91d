from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.channels import FileChannel, TerminalChannel, WebhookChannel
from inquest.config.document import BYTES_MAX, ConfigInvalid
from inquest.config.kinds.pack import PackProvider
from inquest.config.kinds.prometheus import PrometheusProvider
from inquest.config.load import load, parse
from inquest.config.model import FAST, Config
from inquest.config.show import effective
from inquest.config.starter import default_yaml

FULL = """
tenants:
  acme:
    mode: deep
    sources:
      - {kind: pagerduty, secret: [env:OLD, file:/run/new]}
      - kind: generic
        secret: env:GENERIC
    providers:
      - name: prom
        kind: prometheus
        priority: 10
        settings:
          url: http://prom:9090
          bearer_token: env:TOKEN
          queries:
            - {metric: latency, promql: up, service: '{ns}-{app}', unit: ms}
          discovery:
            - {match: '{job="x"}', exclude: [go_.*], instance_label: null}
      - {name: replay, kind: pack, domains: [logs], settings: {path: packs/one}}
    channels:
      - {id: term, kind: terminal}
      - {id: log, kind: file, path: out/notices.log}
      - {id: ops, kind: webhook, url: 'https://ops.example.com/x', secret: env:OPS, live: true}
    recording:
      pack: packs/one
      window: {start: 2024-01-01T10:00:00Z, end: '2024-01-01T12:00:00+01:00'}
    limits: {calls_max: 5}
modes:
  fast: {limits: {rounds_max: 2}, capabilities: [collect-symptoms]}
"""

PROMETHEUS = "tenants: {a: {providers: [{name: p, kind: prometheus, settings: {url: 'http://h', "
CATALOGUE = "tenants: {a: {catalogue: {services: "


def problems(text: str, base: Path | None = None) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        parse(text, "inquest.yaml", base)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_file_works_with_one_tenant_and_nothing_live():
    config = parse("")
    assert config == Config()
    tenant = config.tenant("default")
    assert [type(channel) for channel in tenant.channels] == [TerminalChannel]
    assert not tenant.channels[0].live
    assert tenant.recording is None


def test_the_starter_file_is_valid_and_means_the_default():
    assert parse(default_yaml()) == Config()


def test_everything_that_can_be_written_is_read(tmp_path):
    (tmp_path / "inquest.yaml").write_text(FULL)
    config = load(tmp_path / "inquest.yaml")
    acme = config.tenant("acme")
    prom, replay = acme.providers
    pagerduty = acme.source("pagerduty")
    assert isinstance(prom, PrometheusProvider)
    assert isinstance(replay, PackProvider)
    assert pagerduty is not None
    assert pagerduty.secret == ("env:OLD", "file:/run/new")
    assert acme.source("jira") is None
    assert prom.settings.discovery[0].instance_label is None
    assert replay.settings.path == tmp_path / "packs/one"
    _, file, webhook = acme.channels
    assert isinstance(file, FileChannel)
    assert isinstance(webhook, WebhookChannel)
    assert file.path == tmp_path / "out/notices.log"
    assert webhook.live
    assert acme.recording is not None
    assert acme.recording.pack == tmp_path / "packs/one"
    assert (acme.recording.window.end - acme.recording.window.start).total_seconds() == 3600


def test_a_partly_written_mode_keeps_its_own_defaults_and_the_tenant_caps_it():
    config = parse(FULL)
    assert config.mode("fast").limits.rounds_max == 2
    assert config.mode("fast").limits.calls_max == FAST.limits.calls_max
    assert config.mode("fast").lookback_s == FAST.lookback_s
    assert config.limits("acme", "fast").calls_max == 5
    assert config.limits("acme", "fast").rounds_max == 2
    assert config.mode("deep").limits.calls_max > config.mode("fast").limits.calls_max


def test_effective_yaml_loads_to_the_same_configuration():
    config = parse(FULL)
    assert parse(effective(config)) == config


def test_all_errors_come_at_once_with_line_path_and_suggestion():
    text = """\
tenants:
  default:
    provders: []
    providers:
      - name: x
        kind: prometheus
        settings:
          url: foo
          querries: []
      - {name: y, kind: promethus}
      - {name: z}
    channels:
      - {id: A B, kind: webhook}
modes: {fast: {limits: {call_max: 3}, capabilities: [guess]}}
zzz: 1
"""
    found = problems(text)
    assert [line.split(": ")[0] for line in found] == [
        f"inquest.yaml:{n}" for n in (3, 8, 9, 10, 11, 13, 13, 14, 14, 15)
    ]
    everything = "\n".join(found)
    assert "tenants.default.provders: unknown key; did you mean providers?" in everything
    assert "tenants.default.providers[0].settings.url: must be an http:// or https:// URL" in everything
    assert "settings.querries: unknown key; did you mean queries?" in everything
    assert "providers[1]: unknown kind 'promethus'; did you mean prometheus?" in everything
    assert "providers[2]: needs a kind" in everything
    assert "channels[0].url: is required" in everything
    assert "modes.fast.limits.call_max: unknown key; did you mean calls_max?" in everything
    assert "modes.fast.capabilities: unknown: guess" in everything
    assert "zzz: unknown key; there are correlation, modes, policy, profiles, retention, tenants, version" in everything


def test_a_secret_in_the_file_is_refused_and_not_repeated():
    (found,) = problems("tenants: {a: {sources: [{kind: generic, secret: hunter2}]}}")
    assert "held by reference" in found
    assert "hunter2" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenants: [", "inquest.yaml:1: is not YAML"),
        ("- a", "must be a mapping"),
        ("version: 1\nversion: 1", "inquest.yaml:2: version: is written twice, first in line 1"),
        ("tenants:\n- a: 1\n- {b: 1, b: 2}", "inquest.yaml:3: tenants[1].b: is written twice"),
        ("a: &x 1\nb: *x", "inquest.yaml:2: is not YAML: aliases"),
        ("version: !!python/object:os.system 1", "is not plain YAML"),
        ("version: 2024-13-45", "cannot be read"),
        ("tenants: {}", "tenants: "),
        ("tenants: {a: {limits: 3}}", "tenants.a.limits: must be a mapping"),
        ("tenants: {a: {sources: 3}}", "tenants.a.sources: must be a list"),
        ("modes: 3", "modes: must be a mapping"),
        ("modes: {fast: 3}", "modes.fast: must be a mapping"),
        ("version: '\x07'", "is not YAML"),
        ("[" * 5000, "nested too deeply"),
        ("tenants: {a: {channels: [{id: t, kind: terminal}, {id: t, kind: terminal}]}}", "used twice: t"),
        (
            "tenants: {a: {sources: [{kind: generic, bus_only: true}, {kind: generic, bus_only: true}]}}",
            "used twice: generic",
        ),
        ("tenants: {a: {catalogue: {services: [{service_id: s}, {service_id: s}]}}}", "service_id used twice: s"),
        (
            CATALOGUE + "[{service_id: s, aliases: {pd: [x]}}, {service_id: t, aliases: {pd: [x]}}]}}}",
            "alias claimed by two services: x (pd)",
        ),
        (
            "tenants: {a: {providers: [{name: p, kind: prometheus, settings: {url: 'http://u:pw@h'}}]}}",
            "must not carry a user or password",
        ),
        ("tenants: {a: {providers: [{name: p, kind: prometheus, settings: {url: 'http://h'}}]}}", "at least one entry"),
        (
            PROMETHEUS + "discovery: [{match: x, exclude: ['(']}]}}]}}",
            "is not a regular expression",
        ),
        (
            PROMETHEUS + "queries: [{metric: x, promql: y, service: '{a-b}'}]}}]}}",
            "braces may only surround a label name",
        ),
        (
            "tenants: {a: {recording: {pack: p, window: {start: 2024-01-02T00:00:00Z, end: 2024-01-01T00:00:00Z}}}}",
            "end must be after start",
        ),
    ],
)
def test_each_mistake_says_what_it_is(text, expected):
    assert any(expected in line for line in problems(text))


def test_what_cannot_be_read_says_so(tmp_path):
    def message(path: Path) -> str:
        with pytest.raises(ConfigInvalid) as caught:
            load(path)
        return str(caught.value)

    assert "cannot be read: No such file" in message(tmp_path / "none.yaml")
    (tmp_path / "big.yaml").write_bytes(b"#" * (BYTES_MAX + 1))
    assert "is larger than" in message(tmp_path / "big.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"version: 1\n# caf\xe9\n")
    assert "latin.yaml:2: is not UTF-8" in message(tmp_path / "latin.yaml")


def test_a_catalogue_file_is_read_in_and_keeps_its_own_lines(tmp_path):
    main, other = tmp_path / "inquest.yaml", tmp_path / "services.yaml"
    main.write_text("tenants: {a: {catalogue_file: services.yaml}, b: {catalogue_file: services.yaml}}")
    other.write_text("services:\n  - service_id: cart\n")
    config = load(main)
    assert config.tenant("a").catalogue.services[0].service_id == "cart"
    assert config.tenant("b").catalogue == config.tenant("a").catalogue
    assert config.tenant("a").catalogue_file is None

    other.write_text("services:\n  - service_id: cart\n    ownr: me\n")
    with pytest.raises(ConfigInvalid, match=r"services.yaml:3: tenants.a.catalogue.services\[0\].ownr: unknown key"):
        load(main)
    other.unlink()
    with pytest.raises(ConfigInvalid, match=r"services\.yaml: cannot be read"):
        load(main)
    main.write_text("tenants: {a: {catalogue_file: services.yaml, catalogue: {}}}")
    with pytest.raises(ConfigInvalid, match="and catalogue are both given"):
        load(main)
    other.write_text("")
    main.write_text("tenants: {a: {catalogue_file: services.yaml}}")
    assert load(main).tenant("a").catalogue.services == ()


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_is_a_configuration_or_a_list_of_problems(text):
    try:
        assert isinstance(parse(text), Config)
    except ConfigInvalid as error:
        assert error.problems  # noqa: PT017 - both outcomes are fine, a third is not


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "settings", "fast", "a", "limits", "services"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["sources", "providers", "channels", "catalogue", "recording", "limits", "nope"]), _values
    ),
    _values,
)
def test_any_shape_is_a_configuration_or_a_list_of_problems(tenant, modes):
    import yaml

    text = yaml.safe_dump({"tenants": {"a": tenant}, "modes": modes})
    try:
        parse(text)
    except ConfigInvalid as error:
        assert all(problem.line >= 1 for problem in error.problems)  # noqa: PT017 - see above
