import json
import subprocess
import sys
from pathlib import Path

import pytest
from inquest.accuracy.answer import INQUEST as METHOD
from inquest.accuracy.cases import Case
from inquest.accuracy.engine import answer_case
from inquest.cli.accuracy_bus import answer_cases
from inquest.config import Config
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


@pytest.mark.slow
def test_a_mistake_is_one_clear_line(tmp_path: Path) -> None:
    error = bench("nowhere", cwd=tmp_path, status=1).stderr
    assert error == "inquest: nowhere: not a folder\n"


@pytest.mark.slow
def test_the_bus_and_the_engine_say_the_same(tmp_path: Path) -> None:
    case = Case("packs", BUNDLED)
    absent = Case("packs", tmp_path)
    seen: list[Case] = []
    through_bus = answer_cases([case, absent], Config(), lambda one, _: seen.append(one), 2)
    assert set(seen) == {case, absent}
    assert "pack.yaml" in through_bus[absent].error
    alone, along = answer_case(case)[METHOD], through_bus[case]
    assert (along.candidates[0].entity, along.change) == (alone.candidates[0].entity, alone.change)
    assert along.candidates[0].parts
