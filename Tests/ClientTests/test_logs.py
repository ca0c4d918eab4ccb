"""Logs as their readers get them: access log, syslog, rotation, floods, and sinks that are stuck or gone."""
import json
import os
import re
import signal
import socket

import requests

from conftest import BUCKET
from origin import Origin
from ossgate import PATIENCE, Ossgate, run
from rejections import RejectionLog
from test_cli import await_truth, put
from test_explain import refused

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
EMULATOR = {"buckets": [BUCKET], "bind": "127.0.0.1:0"}


def metric(gateway, name):
    """The sum of a metric over its labels."""
    text = requests.get(f"http://{gateway.admin}/metrics", timeout=PATIENCE).text
    return sum(int(float(value)) for value in re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.M))


def lines(path):
    return path.read_text("utf-8").splitlines() if path.exists() else []


def test_access_log_as_json(tmp_path):
    path = tmp_path / "access.log"
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "off", "access": "json", "accessTo": f"file:{path}"}, "emulator": EMULATOR}) as gateway:
        stored = requests.put(
            f"http://{gateway.address}/{BUCKET}/logged?security-token=hidden", b"abc", timeout=PATIENCE,
            headers={"traceparent": TRACE, "User-Agent": "tests\\1"})
        assert stored.status_code == 200
        requests.get(f"http://{gateway.address}/{BUCKET}/logged", timeout=PATIENCE)
        requests.get(f"http://{gateway.address}/{BUCKET}/absent", timeout=PATIENCE)
        answer = refused(gateway, "wrong")
        await_truth(lambda: len(lines(path)) == 4)
    first, second, third, fourth = map(json.loads, lines(path))
    assert (first["oss.operation"], first["oss.bucket"], first["oss.key"]) == ("PutObject", BUCKET, "logged")
    assert (first["http.request.body.size"], first["http.response.status_code"]) == (3, 200)
    assert first["url.query"] == "security-token=REDACTED"
    assert first["trace_id"] == TRACE.split("-")[1] and first["span_id"] == TRACE.split("-")[2]
    assert first["user_agent.original"] == "tests\\1"
    assert first["oss.request_id"] == stored.headers["x-oss-request-id"]
    assert first["ossgate.outcome"] == "forwarded" and 0 <= first["ossgate.origin.duration"] <= first["ossgate.duration"]
    assert second["http.response.body.size"] == 3 and "trace_id" not in second
    assert third["http.response.status_code"] == 404 and "oss.code" not in third
    assert (fourth["ossgate.outcome"], fourth["oss.code"], fourth["ossgate.rule"]) == (
        "rejected", "InvalidDigest", "content-md5")
    assert fourth["ossgate.request_id"] == answer.headers["x-oss-request-id"]


def test_access_log_in_the_combined_format_and_both_logs_in_one_place(tmp_path):
    log = tmp_path / "stdout"
    with log.open("wb") as stdout, Ossgate.serve(tmp_path, {
            "log": {"rejections": "stdout", "access": "json"}, "emulator": EMULATOR}, stdout=stdout) as gateway:
        refused(gateway, "wrong")
        await_truth(lambda: len(lines(log)) == 2)
    # Either may be piped into the commands that read rejections.
    done = run("rejections", "--log", "-", "--json", input=log.read_text())
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")

    path = tmp_path / "access.log"
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "off", "access": "combined", "accessTo": f"file:{path}"},
            "emulator": EMULATOR}) as gateway:
        requests.get(f"http://{gateway.address}/{BUCKET}/absent?Signature=x", timeout=PATIENCE,
                     headers={"Referer": "http://example.com/?Signature=hidden", "User-Agent": 'a "b"'})
        await_truth(lambda: lines(path))
    [line] = lines(path)
    assert re.fullmatch(
        r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
        rf'"GET /{BUCKET}/absent\?Signature=REDACTED HTTP/1\.1" 40[03] \d+ '
        r'"http://example\.com/\?Signature=REDACTED" "a \\x22b\\x22"', line)


def test_a_trace_is_passed_on_and_recorded(tmp_path):
    path = tmp_path / "rejections.log"
    with Origin() as origin, Ossgate.serve(tmp_path, {
            "origin": {"endpoint": f"http://{origin.address}"}, "log": {"rejections": f"file:{path}"}}) as gateway:
        requests.put(f"http://{gateway.address}/{BUCKET}/key", b"x", timeout=PATIENCE, headers={
            "traceparent": TRACE, "Content-MD5": "x"})
        await_truth(lambda: lines(path))
        requests.put(f"http://{gateway.address}/{BUCKET}/key", b"x", timeout=PATIENCE, headers={"traceparent": TRACE})
        assert [received.field(b"traceparent") for received in origin.requests] == [TRACE.encode()]
    [record] = map(json.loads, lines(path))
    assert record["trace_id"] == TRACE.split("-")[1]


def test_syslog_datagrams(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE)
        with Ossgate.serve(tmp_path, {
                "log": {"rejections": f"syslog+udp://127.0.0.1:{server.getsockname()[1]}"},
                "emulator": EMULATOR}) as gateway:
            answer = refused(gateway, "key")
            message = server.recv(65536).decode()
            gateway.keep("syslog", message)
    header, _, record = message.partition("- {")
    assert re.fullmatch(
        r"<132>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ ossgate \d+ rejections ", header)
    assert json.loads("{" + record)["ossgate.request_id"] == answer.headers["x-oss-request-id"]


def test_a_syslog_server_that_hangs_or_goes_changes_nothing_for_clients(tmp_path):
    """It takes the connection and never reads; then it breaks the connection; then it is back and gets the rest."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(PATIENCE)
    address = "127.0.0.1:%d" % server.getsockname()[1]
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": f"syslog+tcp://{address}", "foldAfter": 0}, "emulator": EMULATOR}) as gateway:
        refused(gateway, "first")
        connection, _ = server.accept()
        session = requests.Session()
        url = f"http://{gateway.address}/{BUCKET}/key"
        for number in range(300):
            answer = session.put(url, b"x", headers={"Content-MD5": "x", "User-Agent": "u" * 400}, timeout=PATIENCE)
            assert answer.status_code == 400
        assert put(gateway.address, "stored", b"x").status_code == 200
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
        answer = refused(gateway, "last")
        again, _ = server.accept()
        again.settimeout(PATIENCE)
        text = b""
        while answer.headers["x-oss-request-id"].encode() not in text:
            piece = again.recv(65536)
            assert piece
            text += piece
        gateway.keep("syslog", text.decode("utf-8", "replace"))
        again.close()
        assert put(gateway.address, "stored", b"x").status_code == 200
    server.close()


def test_a_pipe_that_breaks_changes_nothing_for_clients(tmp_path):
    reader, writer = os.pipe()
    with Ossgate.serve(tmp_path, {"log": {"rejections": "stdout"}, "emulator": EMULATOR}, stdout=writer) as gateway:
        os.close(writer)
        refused(gateway, "one")
        assert os.read(reader, 65536).endswith(b"\n")
        os.close(reader)
        refused(gateway, "two")
        await_truth(lambda: metric(gateway, "ossgate_log_dropped_total") == 1)
        assert put(gateway.address, "stored", b"x").status_code == 200


def test_files_are_rotated_by_size(tmp_path):
    path = tmp_path / "rejections.log"
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": f"file:{path}", "rotateSize": "4KiB", "rotateKeep": 2}, "emulator": EMULATOR}) as gateway:
        answers = [refused(gateway, f"key-{number}") for number in range(40)]
        RejectionLog(path, gateway)
        await_truth(lambda: answers[-1].headers["x-oss-request-id"] in path.read_text())
    assert sorted(p.name for p in tmp_path.glob("rejections.log*")) == [
        "rejections.log", "rejections.log.1", "rejections.log.2"]
    assert all(p.stat().st_size <= 4096 for p in tmp_path.glob("rejections.log*"))
    done = run("rejections", "--log", path, "--json")
    ids = [json.loads(line)["ossgate.request_id"] for line in done.stdout.splitlines()]
    assert done.stderr == "" and ids == [answer.headers["x-oss-request-id"] for answer in answers][-len(ids):]


def test_a_flood_of_equal_refusals_is_folded(tmp_path):
    """As many refusals as the lines stand for; other kinds are written as they come."""
    path = tmp_path / "rejections.log"
    flood, other = 400, 3
    with Ossgate.serve(tmp_path, {
            "shards": 1, "log": {"rejections": f"file:{path}", "foldAfter": 5}, "emulator": EMULATOR}) as gateway:
        session = requests.Session()
        for number in range(flood):
            session.put(f"http://{gateway.address}/{BUCKET}/key", b"x", headers={"Content-MD5": "x"}, timeout=PATIENCE)
        for number in range(other):
            session.get(f"http://{gateway.address}/Not-A-Bucket/", timeout=PATIENCE)
        assert metric(gateway, "ossgate_rejections_total") == flood + other
    records = [json.loads(line) for line in lines(path)]
    assert sum(record.get("ossgate.count", 1) for record in records if record["oss.code"] == "InvalidDigest") == flood
    assert len([record for record in records if record["oss.code"] == "InvalidBucketName"]) == other
    assert len(records) < flood / 2
    done = run("rejections", "--log", path, "--code", "InvalidDigest")
    assert re.search(r" x\d+ ", done.stdout)


def test_signal_begins_new_files_for_both_logs(tmp_path):
    access, rejections = tmp_path / "access.log", tmp_path / "rejections.log"
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": f"file:{rejections}", "access": "json", "accessTo": f"file:{access}"},
            "emulator": EMULATOR}) as gateway:
        refused(gateway, "before")
        await_truth(lambda: len(lines(access)) == 1 and len(lines(rejections)) == 1)
        for path in (access, rejections):
            path.rename(path.with_suffix(".old"))
        gateway.signal(signal.SIGUSR1)
        await_truth(lambda: access.exists() and rejections.exists())
        refused(gateway, "after")
        await_truth(lambda: len(lines(access)) == 1 and len(lines(rejections)) == 1)


def test_uploads_are_not_slowed_by_a_full_disk_of_either_log(tmp_path):
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "file:/dev/full", "access": "combined", "accessTo": "file:/dev/full"},
            "emulator": EMULATOR}) as gateway:
        for number in range(20):
            refused(gateway, "key")
            assert put(gateway.address, "key", b"x").status_code == 200
        await_truth(lambda: metric(gateway, "ossgate_log_dropped_total") == 60)


def test_the_latest_refusals_on_the_admin_listener(tmp_path):
    """The latest first, as many as are kept, and those that are asked for; without any log."""
    with Ossgate.serve(tmp_path, {"shards": 1, "log": {"rejections": "off", "foldAfter": 0}, "emulator": EMULATOR}) as gateway:
        url = f"http://{gateway.admin}/rejections"
        assert requests.get(url, timeout=PATIENCE).json() == []
        first = refused(gateway, "first").headers["x-oss-request-id"]
        session = requests.Session()
        for _ in range(300):
            session.get(f"http://{gateway.address}/Not-A-Bucket/", timeout=PATIENCE)
        last = refused(gateway, "last").headers["x-oss-request-id"]
        records = requests.get(url, timeout=PATIENCE).json()
        assert len(records) == 256 and records[0]["ossgate.request_id"] == last
        assert first not in {record["ossgate.request_id"] for record in records}
        asked = requests.get(url, params={"code": "invaliddigest", "bucket": BUCKET}, timeout=PATIENCE).json()
        assert [record["ossgate.request_id"] for record in asked] == [last]
        assert requests.get(url, params={"rule": "none"}, timeout=PATIENCE).json() == []
