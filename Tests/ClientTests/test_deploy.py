"""What is shipped for containers, Kubernetes and systemd, held against what these themselves demand."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import compose_spec
import kubernetes_validate
import pytest
import requests
import yaml

from conftest import BUCKET
from ossgate import BINARY, PATIENCE, SERVE_LINE, environment, run

DEPLOY = pathlib.Path(__file__).parents[2] / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


# Containers

def test_dockerfile_has_no_finding():
    linter = pathlib.Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [linter, "--failure-threshold", "style", DEPLOY / "Dockerfile"], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, "")


def test_image_is_small_and_not_root():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    stages = re.findall(r"^FROM (\S+)", text, re.M)
    assert len(stages) == 2 and "slim" in stages[-1]
    last = text[text.rindex("\nFROM "):]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", last, re.M)
    assert json.loads(re.search(r"^ENTRYPOINT (.+)$", last, re.M)[1]) == ["/usr/local/bin/ossgate"]
    assert json.loads(re.search(r"^CMD (.+)$", last, re.M)[1]) == ["serve", "--config", "/etc/ossgate/config.json"]
    # Every library that a build needs is there while it is built.
    packages = re.search(r"^    install_packages (.+)$", (DEPLOY / "packages.sh").read_text("utf-8"), re.M)[1].split()
    missing = [name for name in packages if name.startswith("lib") and name not in text]
    assert missing == []


def test_configuration_of_the_image():
    done = run("check", "--config", DEPLOY / "container.json")
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_file():
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    # The validator knows no merge keys: they are resolved first.
    compose_spec.PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text))).validate()
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"gateway", "emulator"}
    for service in services.values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_services_of_the_compose_file_work_together(tmp_path):
    """The commands and variables of the file, on ports of the system's choice; the health checks too."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    command = services["emulator"]["command"]
    assert command[:2] == ["emulator", "--bind"] and command[3] == "--data"
    (tmp_path / "data").mkdir()
    emulator = subprocess.Popen(
        [BINARY, "emulator", "--bind", "127.0.0.1:0", "--data", tmp_path / "data" / "oss"], cwd=tmp_path, text=True,
        stderr=subprocess.PIPE, env={**environment(), **services["emulator"]["environment"]})
    address = emulator.stderr.readline().split()[-1]
    variables = services["gateway"]["environment"]
    assert variables == {"OSSGATE_ORIGIN__ENDPOINT": "http://emulator:9000"}
    gateway = subprocess.Popen(
        [BINARY, "serve", "--config", DEPLOY / "container.json"], text=True, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, env={
            **environment(), "OSSGATE_ORIGIN__ENDPOINT": f"http://{address}",
            "OSSGATE_LISTENERS__0__BIND": "127.0.0.1:0", "OSSGATE_ADMIN__BIND": "127.0.0.1:0"})
    try:
        started = SERVE_LINE.match(gateway.stderr.readline().rstrip("\n"))
        url = f"http://{started['listeners']}/demo/key"
        assert requests.put(url, b"stored", timeout=PATIENCE).status_code == 200
        assert requests.get(url, timeout=PATIENCE).content == b"stored"
        for service, port in (("gateway", started["admin"].rpartition(":")[2]), ("emulator", address.rpartition(":")[2])):
            test = services[service]["healthcheck"]["test"]
            assert test[0] == "CMD"
            script = re.sub(r"/dev/tcp/127\.0\.0\.1/\d+", f"/dev/tcp/127.0.0.1/{port}", test[-1])
            assert subprocess.run([*test[1:-1], script], timeout=PATIENCE, capture_output=True).returncode == 0
    finally:
        for process in (gateway, emulator):
            process.terminate()
            process.wait(PATIENCE)
            process.stderr.close()


# Kubernetes

def documents():
    return [document for path in MANIFESTS for document in yaml.safe_load_all(path.read_text("utf-8"))]


@pytest.mark.parametrize("version", ["1.29", "1.31", "1.33"])
def test_manifests_fit_the_schemas(version):
    assert [path.name for path in MANIFESTS] == ["edge.yaml", "sidecar.yaml"]
    for document in documents():
        kubernetes_validate.validate(document, version, strict=True)


def pods():
    return [document["spec"]["template"]["spec"] for document in documents() if document["kind"] == "Deployment"]


def gateways():
    return [container for pod in pods() for container in pod.get("initContainers", []) + pod["containers"]
            if container["name"] == "ossgate"]


def test_configurations_in_manifests_are_valid(tmp_path):
    texts = [document["data"]["config.json"] for document in documents() if document["kind"] == "ConfigMap"]
    assert len(texts) == 2
    for text in texts:
        path = tmp_path / "config.json"
        path.write_text(text)
        done = run("check", "--config", path)
        assert (done.returncode, done.stderr) == (0, "")


def test_gateways_are_confined_and_probed():
    assert len(gateways()) == 2
    for container in gateways():
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True and context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["startupProbe"]["httpGet"]["path"] == "/readyz"
        # Draining is the process's own work, at SIGTERM.
        assert "lifecycle" not in container
    assert all(pod["securityContext"]["runAsNonRoot"] for pod in pods())


def seconds(text):
    return {"s": 1, "m": 60}[text[-1]] * int(text[:-1])


def test_grace_is_longer_than_a_drain():
    configurations = {
        document["metadata"]["name"]: json.loads(document["data"]["config.json"])
        for document in documents() if document["kind"] == "ConfigMap"}
    for pod in pods():
        [name] = [volume["configMap"]["name"] for volume in pod["volumes"]]
        timeouts = configurations[name]["timeouts"]
        assert seconds(timeouts["drainDelay"]) + seconds(timeouts["drain"]) < pod["terminationGracePeriodSeconds"]


def test_sidecar_is_a_native_one():
    [pod] = [pod for pod in pods() if "initContainers" in pod]
    [sidecar] = pod["initContainers"]
    assert sidecar["restartPolicy"] == "Always"
    [application] = pod["containers"]
    assert {"name": "OSS_ENDPOINT", "value": "http://127.0.0.1:8080"} in application["env"]


def test_edge_has_all_that_an_edge_needs():
    edge = [document for document in yaml.safe_load_all((DEPLOY / "kubernetes/edge.yaml").read_text("utf-8"))]
    assert {document["kind"] for document in edge} == {
        "ConfigMap", "ServiceAccount", "Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler",
        "NetworkPolicy"}
    labels = next(document for document in edge if document["kind"] == "Deployment")["spec"]["selector"]["matchLabels"]
    for document in edge:
        selector = document.get("spec", {}).get("selector") or document.get("spec", {}).get("podSelector")
        if selector:
            assert selector.get("matchLabels", selector) == labels


# systemd

@pytest.fixture
def unit(tmp_path):
    """The unit with paths that exist here."""
    text = (DEPLOY / "ossgate.service").read_text("utf-8")
    path = tmp_path / "ossgate.service"
    path.write_text(text.replace("/usr/local/bin/ossgate", BINARY))
    return path


def test_unit_is_valid(unit):
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=PATIENCE)
    ours = [line for line in done.stderr.splitlines() if "ossgate" in line]
    assert (done.returncode, ours) == (0, [])


def test_unit_is_hardened(unit):
    """systemd's own measure: 10 is exposed, 0 is sealed; the threshold is a tenth of a point."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 0, done.stdout[-2000:]


def test_unit_waits_longer_than_a_drain(unit):
    text = unit.read_text()
    assert "Type=notify" in text and "WatchdogSec=" in text and "-HUP $MAINPID" in text
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.M)[1]) > 1 + 30


class Manager:
    """A service manager's end of the notification socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.bind(path)

    def until(self, line):
        """The messages up to the one with this line."""
        seen = []
        while not seen or line not in seen[-1].split("\n"):
            seen.append(self.socket.recv(4096).decode())
        return seen


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_service_manager_is_told(tmp_path, kind):
    name = str(tmp_path / "notify") if kind == "path" else f"@ossgate-tests-{os.getpid()}"
    manager = Manager(name.replace("@", "\0") if kind == "abstract" else name)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({
        "listeners": [{"bind": "127.0.0.1:0"}], "admin": {"bind": "127.0.0.1:0"}, "log": {"rejections": "off"},
        "timeouts": {"drainDelay": "0s"}, "emulator": {"buckets": [BUCKET]}}))
    process = subprocess.Popen(
        [BINARY, "serve", "--config", config], stderr=subprocess.PIPE, text=True, env={
            **environment(), "NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"})
    with manager.socket:
        [ready] = manager.until("READY=1")
        # Whoever reads READY=1 can connect.
        address = re.search(r"STATUS=.*listening on (127\.0\.0\.1:\d+)", ready)[1]
        assert requests.put(f"http://{address}/{BUCKET}/key", b"x", timeout=PATIENCE).status_code == 200
        for _ in range(3):
            manager.until("WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        reloading = manager.until("READY=1")
        assert any(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", message) for message in reloading)
        process.terminate()
        manager.until("STOPPING=1")
        assert process.wait(PATIENCE) == 0
    process.stderr.close()


def test_a_watchdog_of_another_process_is_not_fed(tmp_path):
    name = str(tmp_path / "notify")
    manager = Manager(name)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({
        "listeners": [{"bind": "127.0.0.1:0"}], "admin": {"bind": "off"}, "log": {"rejections": "off"},
        "timeouts": {"drainDelay": "0s"}}))
    process = subprocess.Popen([BINARY, "serve", "--config", config], stderr=subprocess.PIPE, text=True, env={
        **environment(), "NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"})
    with manager.socket:
        manager.until("READY=1")
        process.terminate()
        assert not any("WATCHDOG" in message for message in manager.until("STOPPING=1"))
    assert process.wait(PATIENCE) == 0
    process.stderr.close()
