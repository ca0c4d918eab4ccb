"""The program as its operator meets it: start, faults, signals, disks, and what each says."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
from xml.etree import ElementTree

import pytest
import requests

import digests
from conftest import BUCKET
from origin import Origin
from ossgate import BINARY, PATIENCE, SERVE_LINE, Ossgate, environment, run
from rejections import RejectionLog
from wire import Wire

ROOT = pathlib.Path(__file__).parents[2]


def sentences(text):
    return [line for line in text.splitlines() if line]


def put(address, key, data, **fields):
    return requests.put(f"http://{address}/{BUCKET}/{key}", data, headers=fields, timeout=PATIENCE)


def get(address, key):
    return requests.get(f"http://{address}/{BUCKET}/{key}", timeout=PATIENCE)


# What the README shows: the configuration that ships, a curl, a corrupt curl

def test_shipped_configuration_serves_curl(tmp_path):
    """`config.json` as it is, but for its ports; the rejections come on the standard output."""
    configuration = json.loads((ROOT / "config.json").read_text("utf-8"))
    configuration["listeners"][0]["bind"] = "127.0.0.1:0"
    configuration["admin"]["bind"] = "127.0.0.1:0"
    configuration.pop("$schema")
    (tmp_path / "config.json").write_text(json.dumps(configuration), "utf-8")
    (tmp_path / "file").write_bytes(b"a file to be stored\n")
    log = tmp_path / "stdout"
    # No --config: ./config.json is taken.
    with log.open("wb") as stdout, Ossgate(["serve"], SERVE_LINE, stdout=stdout, cwd=tmp_path) as gateway:
        assert re.fullmatch(r"127\.0\.0\.1:\d+", gateway.address) and re.fullmatch(r"127\.0\.0\.1:\d+", gateway.admin)
        url = f"http://{gateway.address}/demo/"

        def curl(*arguments):
            return subprocess.run(
                ["curl", "-sS", *arguments], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        assert curl("-T", tmp_path / "file", "-w", "%{http_code}", url + "stored") == "200"
        assert curl(f"http://{gateway.emulator_address}/demo/stored") == "a file to be stored\n"
        wrong = digests.content_md5(b"another file")
        answer = curl("-T", tmp_path / "file", "-H", f"Content-MD5: {wrong}", "-i", url + "corrupt")
        head, _, body = answer.rpartition("\n\n")
        assert "HTTP/1.1 400 Bad Request" in head
        document = ElementTree.fromstring(body)
        assert document.findtext("Code") == "InvalidDigest"
        assert document.findtext("ClientComputedContentMD5") == wrong
        assert curl("-o", os.devnull, "-w", "%{http_code}",
                    f"http://{gateway.emulator_address}/demo/corrupt") == "404"
        # A signature of whatever key is fine while no credentials are configured; health and metrics answer.
        assert curl(f"http://{gateway.admin}/healthz") == "ok\n"
        assert curl(f"http://{gateway.admin}/readyz") == "ready\n"
        metrics = curl(f"http://{gateway.admin}/metrics")
        assert re.search(r'^ossgate_rejections_total\{[^}]*code="InvalidDigest"[^}]*\} 1$', metrics, re.M), metrics
    [record] = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert (record["ossgate.request_id"], record["oss.code"], record["oss.key"]) == (
        document.findtext("RequestId"), "InvalidDigest", "corrupt")


# Wrong input

def test_wrong_configuration(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({
        "listeners": [{"bind": "nowhere"}], "domain": ["localhost"], "origin": {"endpoint": "ftp://x"},
        "timeouts": {"head": "10 parsecs"}, "rules": {"invalid-bucket-nam": "off"}, "limits": {"fields": 1}}), "utf-8")
    for command in ("check", "serve", "emulator"):
        done = run(command, "--config", path)
        assert done.returncode == 78
        assert done.stdout == ""
        lines = sentences(done.stderr)
        assert all(line.startswith(f"{path}: ") for line in lines)
        assert {line.split(": ")[1] for line in lines} == {
            "listeners[0].bind", "domain", "origin.endpoint", "timeouts.head", "rules.invalid-bucket-nam",
            "limits.fields"}
        assert len(lines) == 6
        assert 'did you mean "domains"?' in done.stderr
        assert 'did you mean "invalid-bucket-name"?' in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"admin": {"bind": "127.0.0.1:0"}, "admin": {}}', "\xff"])
def test_configuration_that_cannot_be_read(tmp_path, text):
    path = tmp_path / "config.json"
    path.write_bytes(text.encode("latin-1"))
    done = run("check", "--config", path)
    assert (done.returncode, done.stdout) == (78, "")
    assert len(sentences(done.stderr)) >= 1


def test_configuration_that_is_not_there(tmp_path):
    done = run("serve", "--config", tmp_path / "absent.json")
    assert done.returncode == 78
    assert "absent.json" in done.stderr and len(sentences(done.stderr)) == 1


def test_good_configuration():
    done = run("check", "--config", ROOT / "config.json")
    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_command_line():
    assert run("serve", "--nonsense").returncode == 64
    assert run("emulator", "--bind", "nowhere").returncode == 64


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.search(r"ossgate \d+\.\d+\.\d+", done.stdout) and "OpenSSL 3" in done.stdout


def failing_start(directory, configuration, command=("serve",)):
    path = pathlib.Path(directory) / "config.json"
    path.write_text(json.dumps({
        "listeners": [{"bind": "127.0.0.1:0"}], "admin": {"bind": "127.0.0.1:0"},
        "log": {"rejections": "off"}, **configuration}), "utf-8")
    return run(*command, "--config", path)


def test_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        for configuration in (
                {"listeners": [{"bind": address}]}, {"admin": {"bind": address}}, {"emulator": {"bind": address}}):
            done = failing_start(tmp_path, configuration)
            assert done.returncode == 69
            [sentence] = sentences(done.stderr)
            assert address in sentence and "in use" in sentence
        done = run("emulator", "--bind", address)
        assert done.returncode == 69
        assert address in sentences(done.stderr)[-1]


def test_data_directory_without_a_parent(tmp_path):
    data = tmp_path / "absent" / "data"
    done = failing_start(tmp_path, {"emulator": {"data": str(data)}})
    assert done.returncode == 74
    [sentence] = sentences(done.stderr)
    assert str(data) in sentence
    done = run("emulator", "--bind", "127.0.0.1:0", "--data", data)
    assert (done.returncode, len(sentences(done.stderr))) == (74, 1)


def test_data_directory_that_is_a_file(tmp_path):
    data = tmp_path / "data"
    data.write_text("in the way")
    done = failing_start(tmp_path, {"emulator": {"data": str(data)}})
    assert (done.returncode, len(sentences(done.stderr))) == (74, 1)


def test_log_directory_that_is_not_there(tmp_path):
    path = tmp_path / "absent" / "rejections.log"
    done = failing_start(tmp_path, {"log": {"rejections": f"file:{path}"}})
    assert done.returncode == 74
    [sentence] = sentences(done.stderr)
    assert str(path) in sentence


def test_origin_without_an_address(tmp_path):
    done = failing_start(tmp_path, {"origin": {"endpoint": "http://no-such-host.invalid:80"}})
    assert done.returncode == 69
    [sentence] = sentences(done.stderr)
    assert "no-such-host.invalid" in sentence


def test_origin_out_of_reach(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = "127.0.0.1:%d" % gone.getsockname()[1]
    with Ossgate.serve(tmp_path, {"origin": {"endpoint": f"http://{address}"}, "log": {"rejections": "off"}}) as gateway:
        for answer in (get(gateway.address, "key"), put(gateway.address, "key", b"x" * 200_000)):
            assert answer.status_code == 503
            document = ElementTree.fromstring(answer.content)
            assert document.findtext("Code") == "ServiceUnavailable"
            assert document.findtext("RequestId") == answer.headers["x-oss-request-id"]
            assert len(answer.headers["x-oss-request-id"]) == 24
            assert "Retry-After" in answer.headers


# Disks

def test_rejection_log_on_a_full_disk(tmp_path):
    """Clients notice nothing; what is not written is counted."""
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "file:/dev/full"}, "emulator": {"buckets": [BUCKET]}}) as gateway:
        for _ in range(50):
            assert put(gateway.address, "key", b"x", **{"Content-MD5": "x"}).status_code == 400
            assert put(gateway.address, "key", b"x").status_code == 200

        def dropped():
            metrics = requests.get(f"http://{gateway.admin}/metrics", timeout=PATIENCE).text
            found = re.findall(r"^ossgate_log_dropped_total(?:\{[^}]*\})? (\d+)", metrics, re.M)
            return sum(map(int, found))
        await_truth(lambda: dropped() == 50)


def await_truth(condition):
    """For what comes to pass behind an answer; gives what was found to be true."""
    event = threading.Event()
    for _ in range(PATIENCE * 100):
        found = condition()
        if found:
            return found
        event.wait(0.01)
    raise AssertionError("it did not come to pass")


def mounted(size):
    """A file system of so many bytes; None where that is not allowed."""
    directory = tempfile.mkdtemp(prefix="ossgate-disk-")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", directory], capture_output=True)
    if done.returncode == 0:
        return directory
    os.rmdir(directory)
    return None


def unmount(directory):
    subprocess.run(["umount", directory], check=True)
    os.rmdir(directory)


def can_mount():
    if os.geteuid() != 0:
        return False
    directory = mounted("1m")
    if directory:
        unmount(directory)
    return directory is not None


if can_mount():
    def test_emulator_on_a_full_disk(tmp_path):
        """An error of the service, no object, no piece of one; there is room again when something is deleted."""
        disk = mounted("4m")
        try:
            with Ossgate.serve(tmp_path, {
                    "log": {"rejections": "off"},
                    "emulator": {"bind": "127.0.0.1:0", "buckets": [BUCKET], "data": f"{disk}/data"}}) as gateway:
                first = os.urandom(1 << 20)
                assert put(gateway.address, "first", first).status_code == 200
                answer = put(gateway.address, "too-large", os.urandom(4 << 20))
                assert answer.status_code == 500
                assert ElementTree.fromstring(answer.content).findtext("Code") == "InternalError"
                assert get(gateway.emulator_address, "too-large").status_code == 404
                assert get(gateway.address, "first").content == first
                second = os.urandom(1 << 20)
                assert put(gateway.address, "second", second).status_code == 200
                assert get(gateway.address, "second").content == second
        finally:
            unmount(disk)


# Signals

def test_drain(tmp_path):
    """SIGTERM: readiness fails, open requests finish, new connections are not taken, then exit code 0."""
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "off"}, "timeouts": {"drainDelay": "1s"},
            "emulator": {"bind": "127.0.0.1:0", "buckets": [BUCKET]}}) as gateway:
        ready = f"http://{gateway.admin}/readyz"
        assert requests.get(ready, timeout=PATIENCE).status_code == 200
        with Wire(gateway.address) as wire:
            wire.send(f"PUT /{BUCKET}/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n".encode())
            wire.send(bytes(50_000))
            gateway.signal(signal.SIGTERM)
            await_truth(lambda: requests.get(ready, timeout=PATIENCE).status_code == 503)
            # Balancers have not heard of it yet: what still comes is served.
            assert put(gateway.address, "late", b"x").status_code == 200
            await_truth(lambda: is_closed(gateway.address))
            wire.send(bytes(50_000))
            answer = wire.answer()
            assert answer.status == 200
            assert answer.fields["connection"] == "close"
            assert wire.is_closed()
        assert gateway.wait() == 0


def is_closed(address):
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def test_drain_is_bounded(tmp_path):
    """A client that never ends does not keep the process."""
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "off"}, "timeouts": {"drainDelay": "0s", "drain": "500ms"},
            "emulator": {"buckets": [BUCKET]}}) as gateway:
        with Wire(gateway.address) as wire:
            wire.send(f"PUT /{BUCKET}/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n".encode(), b"x")
            gateway.signal(signal.SIGINT)
            assert gateway.wait() == 0


def test_log_is_opened_anew(tmp_path):
    """SIGUSR1 after a rotation: later lines are in the new file."""
    path = tmp_path / "rejections.log"
    with Ossgate.serve(tmp_path, {"log": {"rejections": f"file:{path}"}}) as gateway:
        log = RejectionLog(path, gateway)
        log.mark()
        rotated = path.rename(tmp_path / "rejections.log.1")
        count = len(rotated.read_text().splitlines())
        gateway.signal(signal.SIGUSR1)
        await_truth(path.exists)
        RejectionLog(path, gateway).mark()
        assert len(rotated.read_text().splitlines()) == count
        assert len(path.read_text().splitlines()) == 1


def test_environment_overrides(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"listeners": [{"bind": "127.0.0.1:0"}], "log": {"rejections": "off"}}), "utf-8")
    with Origin() as origin:
        process = subprocess.Popen(
            [BINARY, "serve", "--config", path], stderr=subprocess.PIPE, text=True, env={
                **environment(), "OSSGATE_ADMIN__BIND": "off", "OSSGATE_ORIGIN__ENDPOINT": f"http://{origin.address}"})
        started = SERVE_LINE.match(process.stderr.readline().rstrip("\n"))
        assert (started["admin"], started["origin"]) == (None, f"http://{origin.address}")
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stderr.close()


def test_unix_socket(tmp_path):
    path = tmp_path / "gateway.socket"
    with Ossgate.serve(tmp_path, {
            "listeners": [{"bind": f"unix:{path}"}], "log": {"rejections": "off"},
            "emulator": {"buckets": [BUCKET]}}) as gateway:
        assert gateway.address == f"unix:{path}"
        done = subprocess.run(
            ["curl", "-sS", "--unix-socket", path, "-w", "%{http_code}", "-T", "-",
             f"http://localhost/{BUCKET}/over-a-socket"],
            input=b"stored", capture_output=True, timeout=PATIENCE)
        assert done.stdout == b"200"
