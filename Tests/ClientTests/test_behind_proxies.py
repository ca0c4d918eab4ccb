"""Clients whom a proxy names: the PROXY protocol as curl sends it, X-Forwarded-For, and what policies and logs make of them."""
import json
import re
import subprocess

import pytest
import requests

from certificates import Authority, tls
from ossgate import PATIENCE, Ossgate

HOST = {"Host": "bucket.oss-cn-hangzhou.aliyuncs.com"}
POLICY = [{"name": "not-from-there", "when": {"sourceAddress": "203.0.113.0/24"}, "refuse": True}]


def serving(directory, listener, **further):
    return Ossgate.serve(directory, {
        "listeners": [{"bind": "127.0.0.1:0", **listener}], "policy": POLICY,
        "log": {"access": "json", "accessTo": f"file:{directory / 'access.log'}", "rejections": "off"},
        "emulator": {"buckets": ["bucket"]}, **further})


def clients(directory):
    """Whom the access log names; to be asked when the gateway has ended."""
    lines = (directory / "access.log").read_text("utf-8").splitlines()
    return [json.loads(line)["client.address"] for line in lines]


def metric(gateway, sample):
    text = requests.get(f"http://{gateway.admin}/metrics", timeout=PATIENCE).text
    return int(re.search(re.escape(sample) + r" (\d+)", text)[1])


def curl(*arguments):
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "30", "-o", "/dev/null", "-w", "%{http_code}",
         *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.parametrize("secure", [False, True])
def test_curl_speaks_the_proxy_protocol(tmp_path, secure):
    listener = {"proxyProtocol": {"from": ["127.0.0.0/8"]}}
    trust = []
    if secure:
        authority = Authority(tmp_path)
        listener["tls"] = tls(authority.leaf("server"))
        trust = ["--cacert", authority.file]
    with serving(tmp_path, listener) as gateway:
        port = gateway.address.rpartition(":")[2]
        url = f"{'https' if secure else 'http'}://localhost:{port}/bucket/none"
        done = curl("--haproxy-protocol", "-4", *trust, url)
        assert (done.stdout, done.stderr) == ("404", "")
        # Without the header it is nobody.
        assert curl("-4", *trust, url).stdout == "000"
        assert metric(gateway, 'ossgate_proxy_protocol_total{result="accepted"}') == 1
        assert metric(gateway, 'ossgate_proxy_protocol_total{result="malformed"}') == 1
    assert clients(tmp_path) == ["127.0.0.1"]


def test_whom_a_trusted_proxy_names_is_the_client(tmp_path):
    with serving(tmp_path, {"forwardedFor": {"from": ["127.0.0.1"]}}) as gateway:
        def put(chain):
            return requests.put(
                f"http://{gateway.address}/key", data=b"x", headers={**HOST, "X-Forwarded-For": chain},
                timeout=PATIENCE).status_code

        assert [put("203.0.113.7"), put("198.51.100.7"), put("203.0.113.7, 198.51.100.8"), put("nobody")] == [
            403, 200, 200, 200]
        assert metric(gateway, "ossgate_forwarded_for_malformed_total") == 1
    assert clients(tmp_path) == ["203.0.113.7", "198.51.100.7", "198.51.100.8", "127.0.0.1"]


def test_nobody_is_believed_unless_it_is_said(tmp_path):
    with serving(tmp_path, {}) as gateway:
        answer = requests.put(
            f"http://{gateway.address}/key", data=b"x", headers={**HOST, "X-Forwarded-For": "203.0.113.7"},
            timeout=PATIENCE)
        assert answer.status_code == 200
    assert clients(tmp_path) == ["127.0.0.1"]
