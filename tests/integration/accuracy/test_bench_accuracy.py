import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from inquest.testkit.lab import BUNDLED

INQUEST = Path(sys.executable).parent / "inquest"
FIGURES = {"cases", "ac1", "ac3", "avg5", "exact_change", "decoys_blamed", "abstained", "ms_median", "ms_max"}
pytestmark = pytest.mark.timeout(150)


def bench(*arguments: str | Path, cwd: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    command = [INQUEST, "bench", "accuracy", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done


@pytest.mark.slow
def test_the_engine_alone_measured_saved_compared_and_written(tmp_path: Path) -> None:
    first = bench(BUNDLED, "--engine", "--json", "--baselines", "--scale", cwd=tmp_path)
    figures = json.loads(first.stdout)
    assert figures.keys() == {"sets", "all", "per_case", "baselines", "cost"}
    assert figures["sets"].keys() == {BUNDLED.parent.name}
    assert figures["sets"]["packs"].keys() >= FIGURES
    assert figures["all"].keys() >= FIGURES | {"brier", "brier_skill", "auroc", "ece", "ece_ci", "rss_mb"}
    assert figures["baselines"].keys() == {"n-sigma", "median-iqr", "correlation", "latest-deploy"}
    (row,) = figures["per_case"]
    assert (row["case"], row["service_rank"], row["exact_change"]) == (BUNDLED.name, 1, True)
    assert f"[1/1] packs/{BUNDLED.name}: " in first.stderr
    (tmp_path / "run.json").write_text(first.stdout)
    again = bench(BUNDLED, "--engine", "--compare", "run.json", "--markdown", "accuracy.md", cwd=tmp_path)
    assert "0 wins, 0 losses, 1 pairs" in again.stdout
    assert "inquest bench accuracy" in (tmp_path / "accuracy.md").read_text()


def test_an_explanation_names_the_culprit_and_its_parts(tmp_path: Path) -> None:
    truth = yaml.safe_load((BUNDLED / "truth.yaml").read_text())
    said = bench(BUNDLED, "--engine", "--explain", BUNDLED.name, cwd=tmp_path).stdout
    assert f"1. {truth['services'][0]}, change {truth['change']}" in said
    assert "prior" in said
    parts = json.loads(bench(BUNDLED, "--engine", "--json", "--explain", BUNDLED.name, cwd=tmp_path).stdout)
    assert parts[f"packs/{BUNDLED.name}"]["candidates"][0]["change"] == truth["change"]


@pytest.mark.slow
def test_through_the_running_bus_a_broken_pack_costs_itself_alone(tmp_path: Path) -> None:
    for name in ("good", "broken"):
        folder = tmp_path / "packs" / name
        folder.mkdir(parents=True)
        for file in BUNDLED.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    (tmp_path / "packs" / "broken" / "signal.json").write_text("{}")
    done = bench(tmp_path / "packs", "--json", "--baselines", cwd=tmp_path, status=1)
    broken, good = json.loads(done.stdout)["per_case"]
    assert (good["service_rank"], good["exact_change"], good["error"]) == (1, True, "")
    assert (broken["right"], "signal.json" in broken["error"]) == (False, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "not a folder"),
        ((".",), "no pack below"),
        ((BUNDLED, "--engine", "--explain", "nobody"), "no case 'nobody'"),
        ((BUNDLED, "--engine", "--compare", "absent.json"), "absent.json"),
    ],
)
def test_mistakes_are_one_clear_line(tmp_path: Path, arguments: tuple[str | Path, ...], said: str) -> None:
    error = bench(*arguments, cwd=tmp_path, status=1).stderr
    assert said in error
    assert "Traceback" not in error


def test_a_pack_without_a_truth_or_with_a_broken_one(tmp_path: Path) -> None:
    folder = tmp_path / "packs" / "one"
    folder.mkdir(parents=True)
    for name in ("pack.yaml", "signal.json"):
        (folder / name).write_bytes((BUNDLED / name).read_bytes())
    assert "not scored" in bench(tmp_path / "packs", "--engine", cwd=tmp_path, status=1).stderr
    (folder / "truth.yaml").write_text("services: []\n")
    assert "truth.yaml" in bench(tmp_path / "packs", "--engine", cwd=tmp_path, status=1).stderr
