"""The image and docker-compose.yml: every service, with the settings and secrets that it really has."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inquest.config.load import load
from inquest.contracts.topology import SERVICES
from inquest.packs import open_pack

ONCE = {"topology", "configure"}
OTHERS = {"nats", "prometheus", "grafana", "jaeger", "redis"}


def env_of(service: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = service.get("environment", {})
    return found


def test_every_service_runs_and_nothing_unknown(compose: dict[str, Any], root: Path) -> None:
    folders = {path.parent.name for path in root.glob("services/*/pyproject.toml")}
    assert folders == set(SERVICES)
    assert set(compose["services"]) == folders | ONCE | OTHERS
    for name in SERVICES:
        assert compose["services"][name]["command"] == ["python", "-m", f"inquest.{name}"]


def test_environment_is_what_the_settings_read(compose: dict[str, Any], settings_of: Callable[[str], set[str]]) -> None:
    for name in SERVICES:
        assert set(env_of(compose["services"][name])) <= settings_of(name), name


def test_each_service_has_its_own_bus_user(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        env = env_of(compose["services"][name])
        assert env["INQUEST_NATS_USER"] == name
        assert env["INQUEST_NATS_PASSWORD_FILE"] == f"/run/secrets/nats-{name}"
        assert f"NATS_PASSWORD_{name.upper()}" in env_of(compose["services"]["nats"])


def test_every_secret_that_is_read_is_mounted_and_declared(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        service = compose["services"][name]
        read = set(re.findall(r"/run/secrets/([a-z-]+)", " ".join(map(str, env_of(service).values()))))
        assert read <= set(service["secrets"]) <= set(compose["secrets"]), name


def test_the_secrets_script_makes_every_value_that_compose_needs(compose: dict[str, Any], root: Path) -> None:
    printed = subprocess.run(
        ["sh", root / "deploy/secrets.sh", "compose"], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    made = dict(line.split("=", 1) for line in printed.splitlines())
    needed = set(re.findall(r"\$\{([A-Z_]+)[}?]", (root / "docker-compose.yml").read_text()))
    needed |= {secret["environment"] for secret in compose["secrets"].values()}
    assert needed <= set(made)
    assert all(re.match(r"'?[a-z{]", value) for value in made.values())  # nats-server reads 1e5 as a number
    assert len(set(made.values())) == len(made)


def test_nothing_of_ours_can_write_or_gain_rights(compose: dict[str, Any]) -> None:
    for name in (*SERVICES, "nats", *ONCE):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    drain_s = 10
    assert all(int(compose["services"][name]["stop_grace_period"][:-1]) > drain_s + 5 for name in SERVICES)


def test_images_are_pinned_and_ports_stay_on_this_machine(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        tag = service["image"].rpartition(":")[2]
        assert re.match(r"v?\d+\.\d+", tag), service["image"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_services_start_after_topology_and_configuration(compose: dict[str, Any]) -> None:
    done = "service_completed_successfully"
    assert compose["services"]["configure"]["depends_on"] == {"topology": {"condition": done}}
    for name in SERVICES:
        assert compose["services"][name]["depends_on"] == {"configure": {"condition": done}}


def test_the_image_holds_what_compose_mounts_nothing_for(root: Path) -> None:
    text = (root / "Dockerfile").read_text()
    allowed = (root / ".dockerignore").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (root / source).exists()
        assert f"!{source}" in allowed or f"!{source}/" in allowed
    assert re.search(r"^USER 10001", text, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in text
    assert "requirements-dev" not in text
    assert "/livez" in text
    version = re.search(r"^UV_VERSION = (\S+)", (root / "Makefile").read_text(), re.MULTILINE)
    assert version
    assert f"ARG UV_VERSION={version[1]}" in text


@pytest.mark.parametrize(
    "path", ["deploy/compose", *(f"deploy/k8s/overlays/{name}" for name in ("dev", "staging", "prod"))]
)
def test_the_configuration_that_is_applied_is_valid(root: Path, path: str) -> None:
    assert load(root / path / "inquest.yaml").tenants


def test_the_replayed_pack_is_the_one_in_the_repository(root: Path) -> None:
    """A pack that is recorded anew has other windows: copy them from its pack.yaml."""
    recording = load(root / "deploy/compose/inquest.yaml").tenants["replay"].recording
    assert recording is not None
    meta = open_pack(root / Path(recording.pack).relative_to("/")).meta
    assert meta.baseline is not None
    assert recording.baseline is not None
    for written, recorded in ((recording.window, meta.window), (recording.baseline, meta.baseline)):
        assert (written.start.timestamp(), written.end.timestamp()) == (recorded.start, recorded.end)
