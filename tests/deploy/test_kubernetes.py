"""Would Kubernetes take our files, and do they agree with each other and with the image?"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft7Validator

from monitor.config.load import load_config
from tests.acceptance.world import SECRET

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "k8s"
BASE, OVERLAY = FOLDER / "base", FOLDER / "overlays" / "example"
SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parent / "schemas" / "kubernetes-1.34.json").read_text(encoding="utf-8")
)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NAMES = {"kustomization.yaml", "monitor.yaml"}

Manifest = Mapping[str, Any]


def written(folder: Path) -> Sequence[Manifest]:
    """Return the manifests of a folder, as they are written."""
    kept = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    files = [name for name in kept if name.endswith(".yaml")]
    assert {path.name for path in folder.glob("*.yaml")} - NAMES == set(files)
    return [yaml.safe_load((folder / name).read_text(encoding="utf-8")) for name in files]


def the(kind: str, manifests: Sequence[Manifest]) -> Manifest:
    (found,) = [each for each in manifests if each["kind"] == kind]
    return found


def faults(manifest: Manifest) -> Iterator[str]:
    """Yield what the published schema of a manifest's kind says against it."""
    schema = SCHEMA["kinds"][manifest["kind"]] | {"definitions": SCHEMA["definitions"]}
    for error in Draft7Validator(schema).iter_errors(manifest):
        yield f"{manifest['kind']} {'/'.join(map(str, error.instance_path))}: {error.message}"


MANIFESTS = [*written(BASE), *written(OVERLAY)]
PODS = [each["spec"]["template"]["spec"] for each in MANIFESTS if each["kind"] in {"Deployment", "Job"}]
CONTAINERS = [container for pod in PODS for container in pod["containers"]]


# ---- as they are written ---------------------------------------------------------------------------


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: str(each["kind"]))
def test_the_published_schema_has_nothing_to_say_about_a_manifest(manifest: Manifest) -> None:
    assert [] == list(faults(manifest))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "template", "spec", "securityContexts"), {}),
        (("spec", "template", "spec", "terminationGracePeriodSeconds"), "40s"),
        (("spec", "template", "spec", "containers"), None),
    ],
)
def test_a_mistake_in_a_manifest_would_be_told(path: tuple[str, ...], value: object) -> None:
    wrong = json.loads(json.dumps(the("Deployment", MANIFESTS)))
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert any(path[-1] in fault for fault in faults(wrong))


def test_a_pod_is_shut_in_as_the_restricted_standard_wants_it() -> None:
    for pod in PODS:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert (
            f"USER {pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" in DOCKERFILE
        )
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert {"configMap", "secret", "emptyDir"} >= {key for each in pod["volumes"] for key in each} - {
            "name"
        }
    for container in CONTAINERS:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]


def test_selectors_find_the_workers_and_nothing_else() -> None:
    worker = the("Deployment", MANIFESTS)["spec"]["template"]["metadata"]["labels"]
    migrate = the("Job", MANIFESTS)["spec"]["template"]["metadata"]["labels"]
    selectors = [
        the("Deployment", MANIFESTS)["spec"]["selector"]["matchLabels"],
        the("PodDisruptionBudget", MANIFESTS)["spec"]["selector"]["matchLabels"],
        the("Service", MANIFESTS)["spec"]["selector"],
    ]
    shut_in = the("NetworkPolicy", MANIFESTS)["spec"]["podSelector"]["matchLabels"]

    for selector in selectors:
        assert selector.items() <= worker.items()
        assert not selector.items() <= migrate.items()
    assert shut_in.items() <= worker.items() & migrate.items()


def test_probes_service_policy_and_configuration_name_one_port(tmp_path: Path) -> None:
    worker = the("Deployment", MANIFESTS)["spec"]["template"]["spec"]["containers"][0]
    (port,) = worker["ports"]
    (entrance,) = the("NetworkPolicy", MANIFESTS)["spec"]["ingress"]
    (served,) = the("Service", MANIFESTS)["spec"]["ports"]

    assert {port["name"]} == {
        worker[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    assert [{"protocol": "TCP", "port": port["containerPort"]}] == entrance["ports"]
    assert (port["containerPort"], port["name"]) == (served["port"], served["targetPort"])
    for folder in (BASE, OVERLAY):
        assert ("0.0.0.0", port["containerPort"]) == listens(folder, tmp_path / "monitor.yaml")


def listens(folder: Path, copy: Path) -> tuple[str, int] | None:
    """Load a configuration as a worker would, with its secrets elsewhere; return where it listens."""
    text = (folder / "monitor.yaml").read_text(encoding="utf-8")
    copy.write_text(text.replace("file:/run/secrets/news-monitor/desk", "env:DESK"), encoding="utf-8")
    environ = {"DESK": SECRET, "MONITOR__STORE__URL": "postgresql://monitor@db.example.org/monitor"}
    return load_config(copy, environ).listen


def test_secrets_are_files_that_the_example_names() -> None:
    keys = the("Secret", MANIFESTS)["stringData"].keys()
    text = (OVERLAY / "monitor.yaml").read_text(encoding="utf-8")
    given = [env["value"] for container in CONTAINERS for env in container["env"]]
    named = set(re.findall(r"file:/run/secrets/news-monitor/(\w+)", " ".join([text, *given])))

    assert keys == named


def test_a_worker_may_drain_and_is_not_killed_for_a_store_that_is_away() -> None:
    pod = the("Deployment", MANIFESTS)["spec"]["template"]["spec"]
    (worker,) = pod["containers"]

    assert pod["terminationGracePeriodSeconds"] == 40
    assert worker["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert worker["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert worker["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_the_metric_that_workers_are_scaled_by_is_the_one_that_the_adapter_gives() -> None:
    scaler = the("HorizontalPodAutoscaler", MANIFESTS)["spec"]
    (rule,) = yaml.safe_load((FOLDER / "prometheus-adapter.yaml").read_text(encoding="utf-8"))["rules"][
        "external"
    ]
    deployment = the("Deployment", MANIFESTS)

    assert [rule["name"]["as"]] == [each["external"]["metric"]["name"] for each in scaler["metrics"]]
    assert "monitor_due{" in rule["metricsQuery"]
    assert scaler["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    # Two that say how many there are would fight.
    assert "replicas" not in deployment["spec"]


# ---- as kustomize gives them -----------------------------------------------------------------------


@cache
def rendered(folder: Path) -> Sequence[Manifest] | None:
    """Return what `kubectl kustomize` makes of a folder; None where there is none, or one of before 2023."""
    if shutil.which("kubectl") is None:
        return None
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False, timeout=60
    )
    if "cannot unmarshal" in done.stderr:
        return None
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.skipif(rendered(BASE) is None, reason="no kubectl with kustomize 5")
def test_kustomize_renders_the_base_and_the_example_to_what_kubernetes_takes() -> None:
    base, example = rendered(BASE), rendered(OVERLAY)
    assert base is not None
    assert example is not None

    assert [] == [fault for manifest in (*base, *example) for fault in faults(manifest)]
    assert {each["kind"] for each in base} | {"Namespace", "Secret"} == {each["kind"] for each in example}
    namespaces = {each["metadata"].get("namespace") for each in example if each["kind"] != "Namespace"}
    assert {"news-monitor"} == namespaces


@pytest.mark.skipif(rendered(BASE) is None, reason="no kubectl with kustomize 5")
def test_the_example_changes_what_it_says_and_nothing_else() -> None:
    example = rendered(OVERLAY)
    assert example is not None
    pods = [each["spec"]["template"]["spec"] for each in example if each["kind"] in {"Deployment", "Job"}]
    configuration = the("ConfigMap", example)
    policy = the("NetworkPolicy", example)["spec"]

    assert {"registry.example.org/news-monitor:0.1.0"} == {pod["containers"][0]["image"] for pod in pods}
    assert {configuration["metadata"]["name"]} == {
        volume["configMap"]["name"] for pod in pods for volume in pod["volumes"] if "configMap" in volume
    }
    assert (OVERLAY / "monitor.yaml").read_text(encoding="utf-8") == configuration["data"]["monitor.yaml"]
    assert the("NetworkPolicy", MANIFESTS)["spec"]["egress"] == policy["egress"][:-1]
    assert 16 == the("HorizontalPodAutoscaler", example)["spec"]["maxReplicas"]
