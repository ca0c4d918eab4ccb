"""SIGHUP: a changed configuration is taken over without dropping a connection, and a wrong one changes nothing."""
import http.client
import json
import re
import signal

import pytest
import requests

from ossgate import PATIENCE, Ossgate


class Running:
    """A gateway and its file."""

    def __init__(self, directory):
        self.path = directory / "config.json"
        self.gateway = Ossgate.serve(directory, {"log": {"access": "off", "rejections": "off"},
                                                 "emulator": {"buckets": ["bucket"]}})
        self.configuration = json.loads(self.path.read_text(encoding="utf-8"))

    def reload(self, pattern, **changes):
        self.write(json.dumps({**self.configuration, **changes}), pattern)

    def write(self, text, pattern):
        """Returns when the process says so, once more than before."""
        lines, changed = self.gateway.lines, self.gateway.changed
        before = len(lines)
        self.path.write_text(text, encoding="utf-8")
        self.gateway.signal(signal.SIGHUP)
        with changed:
            assert changed.wait_for(lambda: any(re.search(pattern, line) for line in lines[before:]), PATIENCE)

    def metric(self, sample):
        text = requests.get(f"http://{self.gateway.admin}/metrics", timeout=PATIENCE).text
        return int(re.search(re.escape(sample) + r" (\d+)", text)[1])


@pytest.fixture
def running(tmp_path):
    made = Running(tmp_path)
    with made.gateway:
        yield made


def status(connection, host="bucket.oss-cn-hangzhou.aliyuncs.com", method="GET", target="/no-such-key"):
    connection.request(method, target, headers={"Host": host})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def refusal(connection, host="bucket.oss-cn-hangzhou.aliyuncs.com", target="/no-such-key"):
    """The rule of the gateway that refused; None for what came through to the emulator, which has no such key."""
    connection.request("GET", target, headers={"Host": host})
    answer = connection.getresponse()
    answer.read()
    return answer.getheader("x-ossgate-rule")


def test_rules_domains_and_limits_change_under_an_open_connection(running):
    host, port = running.gateway.address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    assert refusal(connection) is None
    local = connection.sock.getsockname()
    assert refusal(connection, "bucket.oss.example.com") == "non-standard-host"
    running.reload(r"^configuration reloaded$", domains=["oss.example.com"],
                   rules={"response-headers-anonymous": "report"})
    assert refusal(connection, "bucket.oss.example.com") is None
    assert refusal(connection, target="/k?response-content-type=a") is None
    assert connection.sock.getsockname() == local, "the connection was dropped"
    assert running.metric('ossgate_config_reloads_total{result="taken"}') == 1
    # A limit holds for connections from then on.
    running.reload(r"^configuration reloaded$", limits={"target": "256"})
    fresh = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    assert refusal(fresh, target="/" + "k" * 300) == "http-syntax"
    assert refusal(connection, target="/" + "k" * 300) is None


@pytest.mark.parametrize("text, reason", [
    ("{", "line 1"),
    ('{"rules": {"no-such-rule": "off"}}', "there is no rule"),
    ('{"shards": 7}', "shards can only change with a restart"),
    ('{"listeners": [{"bind": "127.0.0.1:1"}]}', "listeners[].bind can only change with a restart"),
])
def test_a_wrong_file_changes_nothing(running, text, reason):
    changes = {} if text == "{" else json.loads(text)
    text = text if text == "{" else json.dumps({**running.configuration, "domains": ["oss.example.com"], **changes})
    running.write(text, r"^configuration not reloaded, the old one stays: ")
    running.gateway.wait_for_line(re.compile(re.escape(reason)))
    assert running.metric('ossgate_config_reloads_total{result="refused"}') == 1
    host, port = running.gateway.address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    assert refusal(connection) is None
    assert refusal(connection, "bucket.oss.example.com") == "non-standard-host"


def test_the_policy_changes_under_an_open_connection(running):
    """More rules and fewer, while requests go on; a rule that keeps its name keeps its count."""
    host, port = running.gateway.address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    refuse = {"refuse": True}
    running.reload(r"^configuration reloaded$", policy=[
        {"name": f"rule-{name}", "when": {"key": name}, **refuse} for name in "abc"])
    assert [status(connection, method="PUT", target=f"/{name}") for name in "abcd"] == [403, 403, 403, 200]
    running.reload(r"^configuration reloaded$", policy=[{"name": "rule-c", "when": {"key": "d"}, **refuse}])
    assert [status(connection, method="PUT", target=f"/{name}") for name in "abcd"] == [200, 200, 200, 403]
    assert running.metric('ossgate_policy_rules_total{rule="rule-c",outcome="refused"}') == 2
    running.reload(r"^configuration reloaded$")
    assert [status(connection, method="PUT", target=f"/{name}") for name in "abcd"] == [200, 200, 200, 200]
