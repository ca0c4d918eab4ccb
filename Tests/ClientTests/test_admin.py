"""The pages of the admin listener: the configuration without its secrets, and refusals as they come."""
import json
import socket

import pytest
import requests

from conftest import BUCKET, SECRET
from ossgate import PATIENCE, Ossgate
from test_cli import await_truth

EMULATOR = {"buckets": [BUCKET], "credentials": [{"accessKeyId": "LTAIadmintests01", "accessKeySecret": SECRET}]}


def refuse(gateway, key="a", bucket=BUCKET):
    answer = requests.put(
        f"http://{gateway.address}/{bucket}/{key}", b"x", headers={"Content-MD5": "x"}, timeout=PATIENCE)
    assert answer.status_code == 400
    return answer.headers["x-oss-request-id"]


def test_configuration_page_tells_what_is_in_force_and_no_secret(tmp_path):
    policy = [{"name": "partners", "when": {"header": {"X-Api-Token": "the token of a partner"}}}]
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "off"}, "emulator": EMULATOR, "policy": policy}) as gateway:
        def page():
            answer = requests.get(f"http://{gateway.admin}/config", timeout=PATIENCE)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
            return answer
        found = page().json()
        assert found["emulator"]["credentials"] == [{"accessKeyId": "LTAIadmintests01", "accessKeySecret": "REDACTED"}]
        assert found["policy"][0]["when"]["header"] == {"X-Api-Token": "REDACTED"}
        assert found["admin"] == {"bind": "127.0.0.1:0"}
        assert SECRET not in page().text and "partner\"" not in page().text
        # After a reload it is the new one, and after one that was refused still that.
        path = tmp_path / "config.json"
        configuration = json.loads(path.read_text())
        for change, expected in (({"pathStyle": True}, True), ({"nonsense": 1}, True), ({"pathStyle": False}, False)):
            path.write_text(json.dumps({**configuration, **change}))
            before = len(gateway.lines)
            gateway.signal(1)
            await_truth(lambda: any("reloaded" in line for line in gateway.lines[before:]))
            assert page().json().get("pathStyle") == expected


class Events:
    """A reader of server-sent events."""

    def __init__(self, gateway, query=""):
        self.answer = requests.get(
            f"http://{gateway.admin}/rejections{query}", headers={"Accept": "text/event-stream"}, stream=True,
            timeout=PATIENCE)
        assert self.answer.headers["content-type"] == "text/event-stream"
        self.lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)
        # With the first line the stream has begun.
        assert next(self.lines) == ":"

    def next(self):
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "event":
                return value, int(next(self.lines).partition(": ")[2])
            if name == "data":
                return "message", json.loads(value)
        raise AssertionError("the stream has ended")

    def close(self):
        self.answer.close()


@pytest.fixture
def gateway(tmp_path):
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "off", "foldAfter": 0}, "emulator": {"buckets": [BUCKET]}, "shards": 2}) as started:
        yield started


def test_refusals_come_as_events(gateway):
    refuse(gateway, "before")
    everything, others = Events(gateway), Events(gateway, "?bucket=others")
    ids = [refuse(gateway, f"key-{number}") for number in range(20)]
    elsewhere = refuse(gateway, "a", "others")
    found = [everything.next()[1]["ossgate.request_id"] for _ in range(21)]
    assert sorted(found) == sorted([*ids, elsewhere])
    assert others.next()[1]["ossgate.request_id"] == elsewhere
    # Whoever asks for no events still gets a list.
    assert len(requests.get(f"http://{gateway.admin}/rejections", timeout=PATIENCE).json()) == 22
    everything.close()
    others.close()


def test_a_flood_is_told_with_what_was_missed(gateway):
    events = Events(gateway)
    host, _, port = gateway.address.rpartition(":")
    count = 3000
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        connection.sendall(b"GET /Not-A-Bucket/key HTTP/1.1\r\nHost: localhost\r\n\r\n" * count)
        got = b""
        while got.count(b"</Error>\n") < count:
            got += connection.recv(1 << 20)
    told = 0
    while told < count:
        kind, value = events.next()
        told += value if kind == "missed" else 1
    assert told == count
    events.close()


def test_streams_are_bounded_and_end_with_their_readers(gateway):
    streams = [Events(gateway) for _ in range(32)]

    def status():
        with requests.get(f"http://{gateway.admin}/rejections", headers={"Accept": "text/event-stream"}, stream=True,
                          timeout=PATIENCE) as answer:
            return answer.status_code
    assert status() == 503
    for stream in streams:
        stream.close()
    await_truth(lambda: status() == 200)
    # An open stream keeps no gateway from ending.
    Events(gateway)
