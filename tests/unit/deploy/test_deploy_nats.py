"""The servers' configuration: durable acks, one user per service, the generated allow-lists."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from inquest.bus.server import binary
from inquest.bus.users import Producer, UsersFile
from inquest.contracts.streams import STREAMS
from inquest.contracts.topology import SERVICES
from inquest.testkit.certificates import Authority

ROOT = Path(__file__).resolve().parents[3]
TOOLS = (["kustomize", "build"], ["kubectl", "kustomize"])
KUSTOMIZE = next((tool for tool in TOOLS if shutil.which(tool[0])), None)
FILES = (ROOT / "deploy/nats/nats.conf", ROOT / "deploy/k8s/base/nats/nats.conf")
GIB = 1024**3


def test_every_service_is_a_user_with_its_generated_permissions() -> None:
    text = (ROOT / "deploy/nats/users.conf").read_text()
    users = re.findall(r"user: (\w+), password: \$(\w+)(?:, permissions: \{ include (\S+) \})?", text)
    assert {(name, variable, include) for name, variable, include in users if name != "cli"} == {
        (name, f"NATS_PASSWORD_{name.upper()}", f"../nats/permissions/{name}.json") for name in SERVICES
    }


@pytest.mark.parametrize("path", FILES, ids=("compose", "cluster"))
def test_an_ack_means_durable_and_the_streams_fit(path: Path) -> None:
    text = path.read_text()
    assert re.search(r"^\s*sync_interval: always$", text, re.MULTILINE)
    assert "max_payload: 2MB" in text
    store = re.search(r"max_file_store: (\d+)GB", text)
    assert store
    assert int(store[1]) * 10**9 > sum(stream.bytes_max for stream in STREAMS)


PLACES = {
    "compose": ("nats/nats.conf", "nats/nats-tls.conf"),
    "cluster": ("cluster/nats.conf", "cluster/nats-tls.conf"),
}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The folders of the image, with certificates; the cluster's configuration as it is mounted beside them."""
    shutil.copytree(ROOT / "deploy/nats", tmp_path / "nats")
    shutil.copytree(ROOT / "contracts/permissions", tmp_path / "nats/permissions")
    (tmp_path / "users").mkdir()
    shutil.copy(ROOT / "deploy/nats/users.conf", tmp_path / "users")
    shutil.copytree(ROOT / "deploy/k8s/components/nats-tls", tmp_path / "cluster")
    shutil.copy(FILES[1], tmp_path / "cluster/nats.conf")
    authority = Authority(tmp_path, "ca")
    authority.issue("tls")
    tls = tmp_path / "nats/tls.conf"
    tls.write_text(tls.read_text().replace("/run/secrets/nats-tls", str(tmp_path)))
    return tmp_path


@pytest.mark.parametrize("path", [place for places in PLACES.values() for place in places])
def test_nats_server_accepts_it(image: Path, path: str) -> None:
    place = image / path
    env = {f"NATS_PASSWORD_{name.upper()}": "p1" for name in ("cli", *SERVICES)} | {"POD_NAME": "nats-0"}
    done = subprocess.run(
        [binary(), "-t", "-c", place], env=env, capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 0, done.stderr


def test_producers_can_be_written_into_a_copy_of_the_users(image: Path) -> None:
    users = UsersFile(image / "users/users.conf")
    assert users.producers() == ()
    added = (Producer("acme", "relay", "p1", ("jira", "pagerduty")), Producer("other", "relay", "p2"))
    users.change(added)
    users.change(users.producers())
    assert users.producers() == added
    test_nats_server_accepts_it(image, "nats/nats.conf")
    users.change(())
    assert users.path.read_text() == (ROOT / "deploy/nats/users.conf").read_text()


def test_what_the_compose_file_for_tls_overrides_is_there(compose: dict[str, Any]) -> None:
    tls = yaml.safe_load((ROOT / "deploy/compose/tls.yaml").read_text())["services"]
    assert set(tls) == {*SERVICES, "nats", "topology", "configure"} <= set(compose["services"])


@pytest.mark.skipif(KUSTOMIZE is None, reason="neither kustomize nor kubectl is installed")
def test_the_cluster_can_have_tls_and_producers(tmp_path: Path) -> None:
    assert KUSTOMIZE is not None
    place = os.path.relpath(ROOT / "deploy/k8s", tmp_path.resolve())
    components = [f"{place}/components/nats-tls", f"{place}/components/producers"]
    overlay = {"resources": [f"{place}/overlays/dev"], "components": components}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    done = subprocess.run([*KUSTOMIZE, tmp_path], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout)}
    ca = {"name": "INQUEST_NATS_TLS_CA_FILE", "value": "/run/secrets/nats-tls/ca.crt"}
    for name in SERVICES:
        [container] = found["Deployment", name]["spec"]["template"]["spec"]["containers"]
        assert ca in container["env"], name
    job = found["Job", "topology"]["spec"]["template"]["spec"]
    assert all(ca in one["env"] for one in (*job["initContainers"], *job["containers"]))
    [nats] = found["StatefulSet", "nats"]["spec"]["template"]["spec"]["containers"]
    assert nats["command"][-1] == "/etc/inquest/cluster/nats-tls.conf"
    assert {"/run/secrets/nats-tls", "/etc/inquest/users"} <= {one["mountPath"] for one in nats["volumeMounts"]}
    texts = [one["data"] for (kind, name), one in found.items() if kind == "ConfigMap" and "nats.conf" in one["data"]]
    assert [set(text) for text in texts] == [{"nats.conf", "nats-tls.conf"}]
