"""SIGHUP: a changed configuration is taken over without dropping a connection, and a wrong one changes nothing."""
import http.client
import json
import re
import signal
import socket
import subprocess
import threading

import oss2
import pytest
import requests

from certificates import Authority, tls
from ossgate import PATIENCE, Ossgate


class Running:
    """A gateway and its file."""

    def __init__(self, directory, **configuration):
        self.path = directory / "config.json"
        if "origin" not in configuration:
            configuration["emulator"] = {"buckets": ["bucket"]}
        self.gateway = Ossgate.serve(directory, {"log": {"access": "off", "rejections": "off"}, **configuration})
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


def test_a_changed_file_is_taken_over_if_that_is_asked_for(tmp_path):
    """Written in place, replaced by renaming, and replaced as Kubernetes does, by a link beside it; a wrong one is told of."""
    folder = tmp_path / "config"
    folder.mkdir()
    with Ossgate.serve(folder, {
            "reload": "change", "log": {"rejections": "off"}, "emulator": {"buckets": ["bucket"]}}) as gateway:
        path = folder / "config.json"
        configuration = json.loads(path.read_text())

        def until(pattern, act):
            before = len(gateway.lines)
            act()
            with gateway.changed:
                assert gateway.changed.wait_for(
                    lambda: any(re.search(pattern, line) for line in gateway.lines[before:]), PATIENCE)

        def renamed(text):
            (folder / "new").write_text(text)
            (folder / "new").rename(path)

        def linked(text):
            (folder / "data").mkdir()
            (folder / "data/config.json").write_text(text)
            (folder / "link").symlink_to("data/config.json")
            (folder / "link").rename(path)
        until("^configuration reloaded$", lambda: path.write_text(json.dumps({**configuration, "pathStyle": False})))
        until("^configuration not reloaded", lambda: renamed(json.dumps({**configuration, "nonsense": 1})))
        until("^configuration reloaded$", lambda: renamed(json.dumps(configuration)))
        until("^configuration reloaded$", lambda: linked(json.dumps({**configuration, "pathStyle": False})))
        # The same content again is no change, and neither is another file.
        count = len(gateway.lines)
        renamed(path.read_text())
        (folder / "other").write_text("other")
        until("^configuration reloaded$", lambda: renamed(json.dumps(configuration)))
        assert len(gateway.lines) == count + 1


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
    ('{"listeners": [{"bind": "127.0.0.1:0"}, {"bind": "unix:/no/such/directory/s"}]}',
     "cannot listen on unix:/no/such/directory/s"),
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


def get(address, target="/no-such-key"):
    """The status, on a connection of its own; None when there is none."""
    host, port = address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    try:
        return status(connection, target=target)
    except (ConnectionError, http.client.BadStatusLine):
        return None
    finally:
        connection.close()


def get_over(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        connection.sendall(b"GET /k HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\nConnection: close\r\n\r\n")
        return int(connection.makefile("rb").readline().split()[1])


def test_listeners_come_and_go(running, tmp_path):
    """Sockets of listeners that stay are kept, and connections of those that go."""
    first = running.gateway.address
    host, port = first.split(":")
    kept = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    assert status(kept) == 404
    path = tmp_path / "socket"
    stays = {"bind": "127.0.0.1:0"}
    running.reload(r"^configuration reloaded$", listeners=[stays, {"bind": f"unix:{path}"}])
    assert running.gateway.wait_for_line(re.compile(r"^listening on (.*)$"))[1] == f"{first}, unix:{path}"
    assert (status(kept), get(first), get_over(path)) == (404, 404, 404)
    # What cannot be bound changes nothing, also not what came before it in the file.
    with socket.create_server(("127.0.0.1", 0)) as busy:
        taken = f"127.0.0.1:{busy.getsockname()[1]}"
        other = tmp_path / "other"
        running.reload(rf"cannot listen on {taken}: ", listeners=[stays, {"bind": f"unix:{other}"}, {"bind": taken}])
        assert not other.exists()
    assert (status(kept), get(first), get_over(path)) == (404, 404, 404)
    # The first goes: nobody is accepted there, who is there stays.
    running.reload(r"^configuration reloaded$", listeners=[{"bind": f"unix:{path}"}])
    assert (status(kept), get(first), get_over(path)) == (404, None, 404)
    running.reload(r"^configuration reloaded$", listeners=[stays])
    assert status(kept) == 404
    assert not path.exists()


def test_requests_go_on_while_listeners_change(running, tmp_path):
    """Each request on a connection of its own, from before one reload until after the last: none is lost."""
    path = tmp_path / "socket"
    stays = {"bind": "127.0.0.1:0"}
    seen = []
    done = threading.Event()

    def ask():
        while not done.is_set():
            seen.append(get(running.gateway.address))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(6):
            further = [{"bind": f"unix:{path}"}] if number % 2 == 0 else []
            running.reload(r"^configuration reloaded$", listeners=[*further, stays])
    finally:
        done.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert seen and set(seen) == {404}


def test_the_limit_of_connections_changes(running):
    host, port = running.gateway.address.split(":")
    kept = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    assert status(kept) == 404
    running.reload(r"^configuration reloaded$", limits={"connectionsPerAddress": 1})
    # Who came before is not counted.
    counted = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    assert status(counted) == 404
    assert get(running.gateway.address) == 503
    assert status(kept) == status(counted) == 404
    running.reload(r"^configuration reloaded$", limits={"connections": 1})
    counted.close()
    # One for each event loop at most, and at least one of them is taken.
    held = [http.client.HTTPConnection(host, int(port), timeout=PATIENCE) for _ in range(64)]
    answers = []
    for connection in held:
        try:
            answers.append(status(connection))
        except (ConnectionError, http.client.BadStatusLine):
            answers.append(None)
    assert None in answers and set(answers) <= {None, 404}
    assert running.metric('ossgate_connections_refused_total{reason="total"}') == answers.count(None)
    assert status(kept) == 404
    running.reload(r"^configuration reloaded$")
    assert get(running.gateway.address) == 404


def test_the_origin_is_trusted_by_the_new_files(tmp_path):
    """Authority and own certificate of the gateway, without a word of the configuration changed."""
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old, new = Authority(tmp_path / "old", "old"), Authority(tmp_path / "new", "new")
    server = new.leaf("server")
    own = {"old": old.leaf("own"), "new": new.leaf("own")}
    (tmp_path / "origin").mkdir()
    (tmp_path / "gateway").mkdir()
    origin = Ossgate.serve(tmp_path / "origin", {
        "listeners": [{"bind": "127.0.0.1:0", "tls": tls(server, clientCA=str(new.file))}],
        "log": {"access": "off", "rejections": "off"}, "emulator": {"buckets": ["bucket"]}})

    def use(authority, client):
        (tmp_path / "ca.pem").write_bytes(authority.file.read_bytes())
        (tmp_path / "client.pem").write_bytes(own[client][0].read_bytes() + own[client][1].read_bytes())
        (tmp_path / "client.pem").chmod(0o600)

    with origin:
        use(old, "old")
        running = Running(tmp_path / "gateway", origin={
            "endpoint": f"https://{origin.address}",
            "tls": {"ca": str(tmp_path / "ca.pem"), "clientCertificate": str(tmp_path / "client.pem")}})
        with running.gateway as gateway:
            assert get(gateway.address) == 502
            gateway.wait_for_line(re.compile(
                rf"^origin {origin.address}: no secure connection: .*is not signed by a known authority"))
            use(new, "old")
            running.reload(r"^configuration reloaded$")
            assert get(gateway.address) == 502
            use(new, "new")
            running.reload(r"^configuration reloaded$")
            assert get(gateway.address) == 404
            use(old, "new")
            running.reload(r"^configuration reloaded$")
            assert get(gateway.address) == 502


def test_a_socket_left_by_a_crash_is_replaced(tmp_path):
    path = tmp_path / "socket"
    configuration = {"listeners": [{"bind": f"unix:{path}"}], "emulator": {"buckets": ["bucket"]}}
    crashed = Ossgate.serve(tmp_path, configuration)
    assert get_over(path) == 404
    # One that is in use stays with who uses it.
    assert subprocess.run(crashed.process.args, capture_output=True, timeout=PATIENCE).returncode == 69
    assert get_over(path) == 404
    crashed.kill()
    assert path.is_socket()
    with Ossgate.serve(tmp_path, configuration):
        assert get_over(path) == 404
    assert not path.exists()
    # What is no socket stays, too.
    path.write_text("precious")
    assert subprocess.run(crashed.process.args, capture_output=True, timeout=PATIENCE).returncode == 69
    assert path.read_text() == "precious"


def asks(address, secret):
    bucket = oss2.Bucket(oss2.Auth("LTAIreload", secret), f"http://{address}", "bucket")
    try:
        return bucket.put_object("key", b"x").status
    except oss2.exceptions.ServerError as error:
        return error.code


def test_credentials_of_the_emulator_change(tmp_path):
    """Embedded, or alone: the next request is held against the new ones, and a file with anything else is not taken."""
    def emulator(secret, **others):
        return {"buckets": ["bucket"], "credentials": [{"accessKeyId": "LTAIreload", "accessKeySecret": secret}], **others}

    def reload(process, path, text, pattern):
        before = len(process.lines)
        path.write_text(json.dumps(text), encoding="utf-8")
        process.signal(signal.SIGHUP)
        with process.changed:
            assert process.changed.wait_for(
                lambda: any(re.search(pattern, line) for line in process.lines[before:]), PATIENCE)

    made = Running(tmp_path, origin={"endpoint": "embedded"}, emulator=emulator("first-secret"))
    with made.gateway as gateway, Ossgate.emulator(tmp_path, {"emulator": emulator("first-secret")}) as alone:
        for process, address, path, others in (
                (gateway, gateway.address, made.path, made.configuration),
                (alone, alone.emulator_address, tmp_path / "emulator.json", {})):
            assert asks(address, "first-secret") == 200
            reload(process, path, {**others, "emulator": emulator("second-secret")}, r"^configuration reloaded$")
            assert asks(address, "first-secret") == "SignatureDoesNotMatch"
            assert asks(address, "second-secret") == 200
            reload(process, path, {**others, "emulator": emulator("third-secret", memory="1MiB")}, "with a restart$")
            assert asks(address, "second-secret") == 200
