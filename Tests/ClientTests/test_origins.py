"""Several origins by configuration: what cannot be reached is passed by."""
import re
import socket

import requests

from ossgate import PATIENCE, Ossgate

HOST = {"Host": "bucket.oss-cn-hangzhou.aliyuncs.com"}


def test_an_origin_that_is_down_is_passed_by(tmp_path):
    (tmp_path / "origin").mkdir()
    (tmp_path / "gateway").mkdir()
    # Bound and not listening: nobody else gets the port, and connections are refused.
    with socket.socket() as down, Ossgate.emulator(tmp_path / "origin", {"emulator": {"buckets": ["bucket"]}}) as up:
        down.bind(("127.0.0.1", 0))
        endpoints = [f"http://127.0.0.1:{down.getsockname()[1]}", f"http://{up.emulator_address}"]
        with Ossgate.serve(tmp_path / "gateway", {
                "origin": {"endpoint": endpoints, "health": {"failures": 1, "ejection": "1h"}},
                "log": {"access": "off", "rejections": "off"}}) as gateway:
            assert gateway.started["origin"] == ",".join(endpoints)
            for number in range(12):
                answer = requests.put(
                    f"http://{gateway.address}/key-{number}", data=b"x" * 100_000, headers=HOST, timeout=PATIENCE)
                assert answer.status_code == 200
            text = requests.get(f"http://{gateway.admin}/metrics", timeout=PATIENCE).text
            assert int(re.search(r"ossgate_origin_ejections_total (\d+)", text)[1]) >= 1
