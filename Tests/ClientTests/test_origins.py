"""Several origins by configuration: one that cannot be reached, dies or stalls is passed by, and used again later."""
import re
import signal
import socket
import threading
import time

import pytest
import requests

from ossgate import PATIENCE, Ossgate

HOST = {"Host": "bucket.oss-cn-hangzhou.aliyuncs.com"}


def metric(gateway, sample):
    text = requests.get(f"http://{gateway.admin}/metrics", timeout=PATIENCE).text
    return int(re.search(re.escape(sample) + r" (\d+)", text)[1])


def put(gateway, key, body=b"x" * 100_000):
    return requests.put(f"http://{gateway.address}/{key}", data=body, headers=HOST, timeout=PATIENCE).status_code


def who(gateway):
    """The content of an object that is another one at each origin."""
    answer = requests.get(f"http://{gateway.address}/who", headers=HOST, timeout=PATIENCE)
    return answer.text if answer.status_code == 200 else answer.status_code


def origin(directory, name):
    """An emulator that knows its name."""
    (directory / name).mkdir()
    made = Ossgate.emulator(directory / name, {"emulator": {"buckets": ["bucket"]}})
    stored = requests.put(f"http://{made.emulator_address}/who", data=name, headers=HOST, timeout=PATIENCE)
    assert stored.status_code == 200
    return made


def gateway_before(directory, endpoints, **changes):
    (directory / "gateway").mkdir()
    return Ossgate.serve(directory / "gateway", {
        "origin": {"endpoint": endpoints, "health": {"failures": 1, "ejection": "1h"}},
        "log": {"access": "off", "rejections": "off"}, **changes})


def both_answer(gateway):
    """Returns when each of two origins has answered."""
    seen, end = set(), time.monotonic() + PATIENCE
    while seen != {"one", "two"}:
        seen.add(who(gateway))
        assert time.monotonic() < end, seen


@pytest.fixture
def two(tmp_path):
    one, other = origin(tmp_path, "one"), origin(tmp_path, "two")
    yield one, other
    for process in (one, other):
        process.kill()


def test_an_origin_that_is_down_is_passed_by(tmp_path):
    # Bound and not listening: nobody else gets the port, and connections are refused.
    with socket.socket() as down, origin(tmp_path, "up") as up:
        down.bind(("127.0.0.1", 0))
        endpoints = [f"http://127.0.0.1:{down.getsockname()[1]}", f"http://{up.emulator_address}"]
        with gateway_before(tmp_path, endpoints) as gateway:
            assert gateway.started["origin"] == ",".join(endpoints)
            assert [put(gateway, f"key-{number}") for number in range(12)] == [200] * 12
            assert metric(gateway, "ossgate_origin_ejections_total") >= 1


def test_an_origin_that_dies_is_passed_by(tmp_path, two):
    with gateway_before(tmp_path, [f"http://{each.emulator_address}" for each in two]) as gateway:
        both_answer(gateway)
        two[0].kill()
        assert [put(gateway, f"key-{number}") for number in range(12)] == [200] * 12
        assert {who(gateway) for _ in range(12)} == {"two"}
        two[1].kill()
        # What the last one may have been asked is not sent to anybody else; then there is nobody left.
        assert put(gateway, "key") in (502, 503)
        assert put(gateway, "key") == 503


def test_an_origin_that_stalls_is_given_up_and_tried_again(tmp_path, two):
    endpoints = [f"http://{each.emulator_address}" for each in two]
    with gateway_before(
            tmp_path, endpoints, origin={"endpoint": endpoints, "health": {"failures": 1, "ejection": "1s"}},
            timeouts={"drainDelay": "0s", "upstreamFirstByte": "5s"}) as gateway:
        both_answer(gateway)
        two[0].signal(signal.SIGSTOP)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(who(gateway))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        # Those that it was asked are not sent to the other: they may have been acted on.
        assert set(answers) <= {"two", 504} and len(answers) == 8
        assert 504 in answers
        assert metric(gateway, 'ossgate_upstream_failures_total{phase="head"}') >= 1
        assert metric(gateway, "ossgate_origin_ejections_total") >= 1
        two[0].signal(signal.SIGCONT)
        both_answer(gateway)
