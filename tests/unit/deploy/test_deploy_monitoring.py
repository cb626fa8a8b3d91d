"""Dashboard, alerts and scrape targets name what the code has."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from inquest.contracts.topology import SERVICES

EXPRESSION = re.compile(r"\b((?:inquest|process|up)\w*)\b(?=[\s{\[)]|$)")
PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total", "up"}
Documents = Callable[[str], list[dict[str, Any]]]


def dashboard(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "deploy/grafana/inquest.json").read_text())
    return found


def expressions(root: Path) -> Iterator[str]:
    for panel in dashboard(root)["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for group in yaml.safe_load((root / "deploy/prometheus/alerts.yml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_every_metric_that_is_asked_for_exists(root: Path, metric_names: set[str]) -> None:
    asked = {name for text in expressions(root) for name in EXPRESSION.findall(text)}
    assert asked <= metric_names | PROCESS
    # Every metric of ours is on the dashboard: one that nobody looks at is not worth its memory.
    bases = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in metric_names}
    assert bases <= {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in asked}


def test_panels_are_whole_and_do_not_overlap(root: Path) -> None:
    seen: set[tuple[int, int]] = set()
    for panel in dashboard(root)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & seen, panel["title"]
        seen |= cells
        assert panel["type"] == "row" or panel["description"]


def test_prometheus_scrapes_every_service(documents: Documents) -> None:
    (config,) = documents("deploy/prometheus/prometheus.yml")
    (job,) = config["scrape_configs"]
    assert set(job["static_configs"][0]["targets"]) == {f"{name}:8080" for name in SERVICES}
    assert job["job_name"] == "inquest"


def test_dashboard_and_provisioning_agree(documents: Documents, root: Path, compose: dict[str, Any]) -> None:
    (sources,) = documents("deploy/grafana/provisioning/datasources/prometheus.yaml")
    (providers,) = documents("deploy/grafana/provisioning/dashboards/inquest.yaml")
    uids = {panel["datasource"]["uid"] for panel in dashboard(root)["panels"] if "datasource" in panel}
    assert uids == {source["uid"] for source in sources["datasources"]}
    folder = providers["providers"][0]["options"]["path"]
    assert any(f":{folder}/inquest.json:" in volume for volume in compose["services"]["grafana"]["volumes"])


def test_every_alert_says_what_is_wrong_and_is_explained(root: Path) -> None:
    for group in yaml.safe_load((root / "deploy/prometheus/alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"]
            assert rule["labels"]["severity"] in ("warning", "critical")
            assert rule["alert"] in (root / "docs/running.md").read_text(), rule["alert"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_alerts_fire_when_they_should(root: Path) -> None:
    command = ["promtool", "test", "rules", str(root / "deploy/prometheus/alerts.test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
