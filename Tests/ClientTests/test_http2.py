"""HTTP/2 with real clients: curl over TLS and with prior knowledge, nghttp, h2load."""
import hashlib
import os
import re
import subprocess

import pytest

from certificates import Authority, tls
from ossgate import PATIENCE, Ossgate


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, authority):
    configuration = {
        "listeners": [
            {"bind": "127.0.0.1:0", "tls": tls(authority.leaf("server"))},
            {"bind": "127.0.0.1:0", "protocols": ["http/1.1", "h2c"]}],
        "log": {"rejections": "off"},
        "emulator": {"bind": "127.0.0.1:0", "buckets": ["h2-tests"]},
    }
    with Ossgate.serve(tmp_path_factory.mktemp("h2"), configuration) as running:
        yield running


@pytest.fixture(params=["h2", "h2c"])
def carriage(request, gateway, authority):
    """The beginning of every URL, and curl's options for it."""
    secure, plain = (address.rpartition(":")[2] for address in gateway.started["listeners"].split(", "))
    if request.param == "h2":
        return f"https://localhost:{secure}", ["--http2", "--cacert", str(authority.file)]
    return f"http://localhost:{plain}", ["--http2-prior-knowledge"]


def curl(carriage, path, *arguments):
    url, options = carriage
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "60", *options, *map(str, arguments), url + path],
        capture_output=True, timeout=2 * PATIENCE, check=True).stdout


def test_upload_and_download(carriage, tmp_path):
    file = tmp_path / "body"
    file.write_bytes(os.urandom(20_000_000))
    done = curl(carriage, "/h2-tests/object", "-T", file, "-w", "%{http_code} %{http_version}")
    assert done.endswith(b"200 2")
    assert hashlib.sha256(curl(carriage, "/h2-tests/object")).digest() == hashlib.sha256(file.read_bytes()).digest()


def test_refusals_are_read_by_curl(carriage, tmp_path):
    file = tmp_path / "body"
    file.write_bytes(os.urandom(20_000_000))
    for name, value in (("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="), ("Content-MD5", "short")):
        done = curl(carriage, "/h2-tests/bad", "-T", file, "-H", f"{name}: {value}", "-w", "%{http_code}")
        assert b"<Code>InvalidDigest</Code>" in done and done.endswith(b"400")
    assert b"<Code>NoSuchKey</Code>" in curl(carriage, "/h2-tests/bad")


def test_chunks_without_a_length(carriage, tmp_path):
    url, options = carriage
    body = os.urandom(1_000_000)
    subprocess.run(
        ["curl", "--silent", "--fail", "--max-time", "60", *options, "-T", "-", url + "/h2-tests/piped"], input=body,
        capture_output=True, timeout=PATIENCE, check=True)
    assert curl(carriage, "/h2-tests/piped") == body


def test_nghttp(carriage):
    curl(carriage, "/h2-tests/small", "-X", "PUT", "-d", "hello")
    url, _ = carriage
    done = subprocess.run(
        ["nghttp", "--no-verify-peer", "-v", url + "/h2-tests/small", url + "/h2-tests/small?acl"],
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0
    assert len(re.findall(r":status: 200", done.stdout)) == 2
    assert "recv GOAWAY" not in done.stdout


def test_h2load(carriage):
    curl(carriage, "/h2-tests/small", "-X", "PUT", "-d", "hello")
    url, _ = carriage
    done = subprocess.run(
        ["h2load", "-n", "3000", "-c", "10", "-m", "50", url + "/h2-tests/small"], capture_output=True, text=True,
        timeout=2 * PATIENCE)
    assert re.search(r"3000 done, 3000 succeeded, 0 failed, 0 errored", done.stdout), done.stdout


def test_http1_on_the_same_ports(carriage):
    url, options = carriage
    options = [option for option in options if not option.startswith("--http2")]
    done = curl((url, options + ["--http1.1"]), "/h2-tests/none", "-w", "%{http_version}")
    assert done.endswith(b"1.1")
