import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.cli.configuring import init
from inquest.cli.investigate import with_mode
from inquest.cli.live_sources import estimate, moment
from inquest.cli.outputs import read_trace, write_outputs
from inquest.cli.scenario import add_tenants, scenario, tenant_id, write_secret
from inquest.cli.session import zone
from inquest.cli.up import with_sources
from inquest.config import Config
from inquest.config.load import load
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import InvestigationStory, InvestigationSummary
from inquest.testkit.lab import BUNDLED

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_pack_becomes_a_tenant_of_its_own(tmp_path: Path) -> None:
    one = scenario(BUNDLED)
    secret = write_secret(tmp_path, "webhook")
    assert secret.stat().st_mode & 0o077 == 0
    assert write_secret(tmp_path, "webhook").read_text() == secret.read_text()
    config = add_tenants(Config(), [one], secret)
    tenant = config.tenants[one.tenant]
    assert tenant.recording is not None
    assert tenant.recording.pack == one.pack
    assert tenant.source("pagerduty") is not None
    assert secret.read_text() not in config.model_dump_json()
    header = one.headers("s3cret")["X-PagerDuty-Signature"]
    assert header == "v1=" + hmac.new(b"s3cret", one.body, hashlib.sha256).hexdigest()


def test_tenants_of_packs_never_clash_and_are_ids() -> None:
    names = {tenant_id("A pack: #1!", Path(path)) for path in ("/a", "/b")}
    assert len(names) == 2
    assert all(name.startswith("a-pack-1-") for name in names)
    assert tenant_id("###", Path("/a")).startswith("pack-")
    assert len(tenant_id("x" * 500, Path("/a"))) <= 48


def test_what_is_no_pack_says_so(tmp_path: Path) -> None:
    with pytest.raises(InquestError, match=r"pack\.yaml"):
        scenario(tmp_path)


def test_a_default_tenant_without_sources_gets_the_generated_secret(tmp_path: Path) -> None:
    secret = write_secret(tmp_path, "webhook")
    config = with_sources(Config(), secret)
    assert {source.kind for source in config.tenants["default"].sources} == {"pagerduty", "generic"}
    assert with_sources(config, tmp_path / "other") == config


def test_modes_are_checked() -> None:
    assert with_mode(Config.model_validate({"tenants": {"a": {}}}), "deep").tenants["a"].mode == "deep"
    assert with_mode(Config(), "fast").tenants["default"].mode == "fast"
    with pytest.raises(InquestError, match="no mode 'slow'; there are fast"):
        with_mode(Config(), "slow")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-30m", datetime(2026, 1, 1, 11, 30, tzinfo=UTC)),
        ("-2h", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T09:00:00Z", datetime(2026, 1, 1, 9, tzinfo=UTC)),
        ("2026-01-01T09:00:00", datetime(2026, 1, 1, 9, tzinfo=UTC)),
        ("2026-01-01T10:00:00+01:00", datetime(2026, 1, 1, 9, tzinfo=UTC)),
    ],
)
def test_times(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


def test_a_wrong_time_or_zone_says_how_to_write_it() -> None:
    with pytest.raises(InquestError, match="-30m for 30 minutes ago"):
        moment("yesterday", NOW)
    with pytest.raises(InquestError, match="Europe/Paris"):
        zone("Mars/Olympus")
    assert str(zone("Europe/Paris")) == "Europe/Paris"


def test_the_estimate_counts_what_providers_serve() -> None:
    provider = {
        "name": "prom",
        "kind": "prometheus",
        "settings": {"url": "http://x", "discovery": [{"match": '{a="b"}'}]},
    }
    config = Config.model_validate({"tenants": {"a": {"providers": [provider]}}})
    guess = estimate(config, "a", "balanced")
    assert guess.served == ("metrics",)
    assert guess.calls_per_round == 1
    assert guess.calls_max == config.mode("balanced").limits.rounds_max
    assert "logs" in guess.unserved
    assert "at most" in str(guess)
    assert not estimate(Config(), "default", "fast").served


def test_init_writes_a_valid_file_once(tmp_path: Path) -> None:
    path = tmp_path / "inquest.yaml"
    init(path, force=False)
    assert load(path).tenants
    with pytest.raises(InquestError, match="--force"):
        init(path, force=False)
    init(path, force=True)


def test_a_story_is_written_and_read_back(tmp_path: Path) -> None:
    summary = InvestigationSummary(
        investigation_id="i1",
        incident_id="c1",
        tenant="acme",
        title="slow",
        state="timed-out",
        mode="fast",
        opened_at=NOW,
    )
    story = InvestigationStory(summary=summary)
    folder = write_outputs(story, tmp_path, UTC)
    assert {path.name for path in folder.iterdir()} == {"report.md", "report.json", "trace.ndjson"}
    assert json.loads((folder / "report.json").read_text())["format"] == 1
    assert read_trace(folder) == story
    assert read_trace(tmp_path / "none") is None
