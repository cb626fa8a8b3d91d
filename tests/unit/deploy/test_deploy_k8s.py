"""Kubernetes manifests: as files always, and rendered where kubectl or kustomize is installed."""

import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from inquest.contracts.topology import SERVICES, consumers_of

Documents = Callable[[str], list[dict[str, Any]]]
Settings = Callable[[str], set[str]]
K8S = "deploy/k8s"
BY_LAG = {name for name in SERVICES if consumers_of(name)} - {"tracestore"}  # the trace store has one replica


def deployment(documents: Documents, name: str) -> dict[str, Any]:
    (found,) = documents(f"{K8S}/base/{name}/deployment.yaml")
    return found


def container(workload: dict[str, Any]) -> dict[str, Any]:
    (found,) = workload["spec"]["template"]["spec"]["containers"]
    return dict(found)


def test_the_base_has_every_service(documents: Documents) -> None:
    (base,) = documents(f"{K8S}/base/kustomization.yaml")
    assert set(base["resources"]) == {"nats", "topology", "network", *SERVICES}
    assert {image["name"] for image in base["images"]} == {"inquest/cli", *(f"inquest/{name}" for name in SERVICES)}
    for name in SERVICES:
        (service,) = documents(f"{K8S}/base/{name}/kustomization.yaml")
        assert service["components"] == ["../pod"]


@pytest.mark.parametrize("name", SERVICES)
def test_one_word_names_folder_image_deployment_user_and_command(documents: Documents, name: str) -> None:
    found = deployment(documents, name)
    own = container(found)
    assert found["metadata"]["name"] == name
    assert (
        found["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] == name
    )  # the bus user, see pod.yaml
    assert own["image"] == f"inquest/{name}"
    assert own["command"] == ["python", "-m", f"inquest.{name}"]
    assert own["name"] == "service"  # what pod.yaml adds to
    assert found["spec"]["template"]["spec"]["serviceAccountName"] == name
    assert {"requests", "limits"} <= set(own["resources"])


@pytest.mark.parametrize("name", SERVICES)
def test_its_environment_is_what_the_settings_read(documents: Documents, settings_of: Settings, name: str) -> None:
    pods = documents(f"{K8S}/base/pod/pod.yaml")
    env = container(deployment(documents, name)).get("env", []) + container(pods[0])["env"]
    assert {entry["name"] for entry in env} <= settings_of(name)


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_given_its_own_password_and_every_secret_it_reads(documents: Documents, name: str) -> None:
    found = deployment(documents, name)
    sources = found["spec"]["template"]["spec"]["volumes"][0]["projected"]["sources"]
    items = [
        (source["secret"]["name"], item["key"], item["path"])
        for source in sources
        for item in source["secret"].get("items", ())  # without: all of a secret that may be absent
    ]
    assert items[0] == ("inquest-nats", name, "nats-password")
    values = " ".join(str(entry.get("value", "")) for entry in container(found).get("env", []))
    assert set(re.findall(r"/run/secrets/inquest/([a-z-]+)", values)) <= {path for _, _, path in items}


def test_every_pod_is_probed_confined_and_given_time_to_drain(documents: Documents) -> None:
    (patch,) = documents(f"{K8S}/base/pod/pod.yaml")
    pod = patch["spec"]["template"]["spec"]
    own = container(patch)
    assert own["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert own["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert own["securityContext"]["readOnlyRootFilesystem"] is True
    assert own["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["terminationGracePeriodSeconds"] > 5 + 5 + 10  # preStop, open requests, INQUEST_DRAIN_S


def test_the_scaler_names_durables_that_exist(documents: Documents) -> None:
    scaled = {
        found["spec"]["scaleTargetRef"]["name"]: found
        for found in documents(f"{K8S}/components/autoscaling/scaledobjects.yaml")
    }
    assert set(scaled) == BY_LAG | {"gateway", "api"}
    for name in BY_LAG:
        triggers = [trigger["metadata"] for trigger in scaled[name]["spec"]["triggers"]]
        assert {(one["stream"], one["consumer"]) for one in triggers} == {
            (consumer.stream, consumer.durable) for consumer in consumers_of(name)
        }


def test_the_secrets_script_makes_every_key_that_is_asked_for(documents: Documents, root: Path) -> None:
    printed = subprocess.run(
        ["sh", root / "deploy/secrets.sh", "k8s"], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    made = {found["metadata"]["name"]: set(found["stringData"]) for found in yaml.safe_load_all(printed)}
    asked: dict[str, set[str]] = defaultdict(set)
    for path in root.glob(f"{K8S}/base/**/*.yaml"):
        for name, key in re.findall(r"secretKeyRef: \{name: ([\w-]+), key: ([\w-]+)\}", path.read_text()):
            asked[name].add(key)
        for name, key in re.findall(r"secret: \{name: ([\w-]+), items: \[\{key: ([\w-]+),", path.read_text()):
            asked[name].add(key)
    assert made == asked


TOOLS = (("kustomize", "build"), ("kubectl", "kustomize"))
KUSTOMIZE = next((tool for tool in TOOLS if shutil.which(tool[0])), None)


@pytest.mark.skipif(KUSTOMIZE is None, reason="neither kustomize nor kubectl is installed")
@pytest.mark.parametrize(
    "overlay", ["overlays/dev", "overlays/staging", "overlays/prod", "options/worker-collect-symptoms"]
)
def test_it_renders(root: Path, overlay: str) -> None:
    assert KUSTOMIZE is not None
    done = subprocess.run([*KUSTOMIZE, root / K8S / overlay], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found = list(yaml.safe_load_all(done.stdout))
    names = {(one["kind"], one["metadata"]["name"]) for one in found}
    assert overlay.startswith("options") or {("Deployment", name) for name in SERVICES} <= names
    for one in found:
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            pod = one["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            for each in (*pod["containers"], *pod.get("initContainers", ())):
                assert re.search(r":\d+\.\d+\.\d+$", each["image"]), each["image"]
                assert each["securityContext"]["readOnlyRootFilesystem"] is True
                assert each["resources"]["limits"]["memory"]
            claims = {
                volume["persistentVolumeClaim"]["claimName"]
                for volume in pod["volumes"]
                if "persistentVolumeClaim" in volume
            }
            assert all(("PersistentVolumeClaim", claim) in names for claim in claims)
            maps = {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
            assert all(("ConfigMap", name) in names for name in maps)
    selectors = [
        str(sorted(one["spec"]["selector"]["matchLabels"].items())) for one in found if one["kind"] == "Deployment"
    ]
    assert len(selectors) == len(set(selectors))


@pytest.mark.skipif(KUSTOMIZE is None, reason="neither kustomize nor kubectl is installed")
def test_the_gateways_ledger_can_be_a_redis(root: Path, tmp_path: Path) -> None:
    assert KUSTOMIZE is not None
    place = os.path.relpath(root / K8S, tmp_path.resolve())
    overlay = {"resources": [f"{place}/overlays/dev"], "components": [f"{place}/components/redis"]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    done = subprocess.run([*KUSTOMIZE, tmp_path], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout)}
    [redis] = found["StatefulSet", "redis"]["spec"]["template"]["spec"]["containers"]
    assert {"--appendonly", "noeviction"} <= set(redis["args"])
    [gateway] = found["Deployment", "gateway"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "INQUEST_LEDGER_URL", "value": "redis://redis:6379/0"} in gateway["env"]
