"""`make contracts` on a copy of the checkout: it repairs what is stale, and refuses what breaks a release."""

import json
import shutil
from pathlib import Path

import pytest

from scripts import contracts as script


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the script reads and writes."""
    for part in (script.PROTO, script.SCHEMA_BASELINE, script.PAGE, script.SAMPLES, *script.OWNED):
        source, target = script.ROOT / part, tmp_path / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    monkeypatch.setattr(script, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_check_names_what_is_stale_and_generate_repairs_it(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    signal, left_over = checkout / script.SCHEMAS / "Signal.json", checkout / script.SCHEMAS / "Gone.json"
    page = checkout / script.PAGE
    signal.unlink()
    left_over.write_text("{}")
    page.write_text(page.read_text().replace("| SIGNALS |", "| SIGNAL |"))
    assert script.main(["check"]) == 1
    said = capfd.readouterr().err
    for path in (signal, left_over, page):
        assert f"{path.relative_to(checkout)} does not follow" in said
    assert "run `make contracts`" in said
    assert script.main(["generate"]) == 0
    assert signal.exists()
    assert not left_over.exists()
    assert "| SIGNALS |" in page.read_text()


def test_a_field_missing_from_an_rpc_breaks(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    services = checkout / script.PROTO / "inquest/v1/services.proto"
    services.write_text(services.read_text().replace("  int64 after_position = 3;\n", "", 1))
    assert script.main(["breaking"]) == 1
    assert "after_position" in capfd.readouterr().out


@pytest.mark.slow
def test_a_field_missing_from_a_model_breaks_until_it_is_released(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    baseline = checkout / script.SCHEMA_BASELINE
    released = json.loads(baseline.read_text())
    released["Signal"]["properties"]["region"] = {"type": "string"}
    baseline.write_text(json.dumps(released))
    assert script.main(["breaking"]) == 1
    assert "Signal.region is gone; v1 grows by optional fields only" in capfd.readouterr().err
    assert script.main(["release"]) == 0
    assert script.main(["breaking"]) == 0


def test_bad_protobuf_style_is_refused(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    services = checkout / script.PROTO / "inquest/v1/services.proto"
    services.write_text(services.read_text() + "\nmessage badName {}\n")
    assert script._buf("lint") != 0
    assert "should be PascalCase" in capfd.readouterr().out
