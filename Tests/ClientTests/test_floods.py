"""Floods of refusals: every one is a line, part of a folded line, or counted as dropped; uploads beside them go on."""
import contextlib
import json
import os
import socket
import statistics
import subprocess
import threading
import time

import pytest
import requests

from conftest import BUCKET
from ossgate import PATIENCE, Ossgate
from test_cli import await_truth, put
from test_logs import metric

# Refused on its head; the connection stays.
REFUSED = b"GET /Not-A-Bucket/key HTTP/1.1\r\nHost: localhost\r\n\r\n"
BATCH = 200


def flood(address, count):
    """So many refusals over one connection, pipelined; gives how many answers came."""
    host, _, port = address.rpartition(":")
    answers = 0
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        rest = b""
        while answers < count:
            size = min(BATCH, count - answers)
            connection.sendall(REFUSED * size)
            got = 0
            while got < size:
                piece = connection.recv(1 << 20)
                assert piece, "the connection was closed"
                text = rest + piece
                got += text.count(b"</Error>\n")
                rest = text[text.rfind(b"</Error>\n") + 9:] if b"</Error>\n" in text else text
            answers += got
    return answers


def floods(gateway, count, clients=4):
    """The same from several clients at once."""
    done = []
    threads = [
        threading.Thread(target=lambda: done.append(flood(gateway.address, count // clients))) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE * 10)
    assert sum(done) == count
    return count


def full_speed_flood(gateway, count):
    """The same from a process of its own, whose work slows no client in this one."""
    done = subprocess.run(
        ["h2load", "--h1", "-n", str(count), "-c", "4", "-m", "100", f"http://{gateway.address}/Not-A-Bucket/key"],
        capture_output=True, text=True, timeout=PATIENCE * 10, check=True)
    assert f"{count} 4xx" in done.stdout, done.stdout


def told(path):
    """Refusals that the lines of a log stand for."""
    with open(path, encoding="utf-8") as file:
        return sum(json.loads(line).get("ossgate.count", 1) for line in file)


@pytest.mark.parametrize("fold", [0, 100])
def test_every_refusal_of_a_flood_is_accounted_for(tmp_path, fold):
    path = tmp_path / "rejections.log"
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": f"file:{path}", "foldAfter": fold}, "emulator": {"buckets": [BUCKET]}}) as gateway:
        count = floods(gateway, 4000)
        assert put(gateway.address, "stored", b"x").status_code == 200
        assert metric(gateway, "ossgate_rejections_total") == count
        if fold == 0:
            await_truth(lambda: metric(gateway, "ossgate_log_lines_total") + metric(
                gateway, "ossgate_log_dropped_total") == count)
        dropped = metric(gateway, "ossgate_log_dropped_total")
    assert told(path) + dropped == count


def test_a_flood_into_a_pipe_that_nobody_reads(tmp_path):
    """More than the pipe and the queue hold: what is not read is dropped and counted, and nobody waits."""
    reader, writer = os.pipe()
    count = 20_000
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": "stdout", "foldAfter": 0}, "emulator": {"buckets": [BUCKET]}}, stdout=writer) as gateway:
        os.close(writer)
        floods(gateway, count)
        assert put(gateway.address, "stored", b"x").status_code == 200
        dropped = metric(gateway, "ossgate_log_dropped_total")
        assert dropped > 0
        lines = []

        def read():
            with open(reader, "rb") as pipe:
                lines.extend(pipe)
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        await_truth(lambda: metric(gateway, "ossgate_log_lines_total") == count - dropped)
    thread.join(PATIENCE)
    assert len(lines) == count - dropped


class Beside:
    """One client that uploads while something else goes on, and how long each upload took."""

    def __init__(self, gateway):
        self.times = []
        self.over = threading.Event()
        self.session = requests.Session()
        self.url = f"http://{gateway.address}/{BUCKET}/stored"
        self.thread = threading.Thread(target=self.upload)

    def upload(self):
        while not self.over.is_set():
            begun = time.monotonic()
            assert self.session.put(self.url, b"x" * 100_000, timeout=PATIENCE).status_code == 200
            self.times.append(time.monotonic() - begun)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(PATIENCE)
        self.session.close()


@pytest.mark.heavy
def test_a_hundred_thousand_refusals_slow_no_upload(tmp_path):
    """At full speed into each kind of log, in turns with none: every refusal is a line or counted as dropped, and uploads
    beside them take as long, whether the log takes the lines, its disk is full, or its peer hangs."""
    rounds, count = 10, 10_000
    with socket.create_server(("127.0.0.1", 0)) as hung, contextlib.ExitStack() as stack:
        sinks = {
            "off": "off", "file": f"file:{tmp_path}/rejections.log", "full disk": "file:/dev/full",
            "hung syslog": f"syslog+tcp://127.0.0.1:{hung.getsockname()[1]}"}
        gateways = {}
        for name, sink in sinks.items():
            directory = tmp_path / name
            directory.mkdir()
            gateways[name] = stack.enter_context(Ossgate.serve(directory, {
                "log": {"rejections": sink, "foldAfter": 0}, "emulator": {"buckets": [BUCKET]}}))
        medians = {name: [] for name in sinks}
        rates = {name: [] for name in sinks}
        for _ in range(rounds):
            for name, gateway in gateways.items():
                with Beside(gateway) as uploads:
                    begun = time.monotonic()
                    full_speed_flood(gateway, count)
                    rates[name].append(count / (time.monotonic() - begun))
                medians[name].append(statistics.median(uploads.times))
        ratios = []
        for name, gateway in gateways.items():
            ratio = statistics.median(one / off for one, off in zip(medians[name], medians["off"]))
            print(f"{name}: {statistics.median(rates[name]):.0f} refusals/s, uploads of a median of "
                  f"{statistics.median(medians[name]) * 1000:.1f} ms, {ratio:.2f} of those without a log")
            assert metric(gateway, "ossgate_rejections_total") == rounds * count
            if name == "off":
                continue
            # What waits in the queue for a peer that hangs is neither written nor dropped, and is at most the queue.
            lines, dropped = (metric(gateway, f"ossgate_log_{kind}_total") for kind in ("lines", "dropped"))
            print(f"{name}: {lines} lines, {dropped} dropped, of {rounds * count}")
            assert rounds * count - 8192 <= lines + dropped <= rounds * count
            ratios.append(ratio)
        dropped = metric(gateways["file"], "ossgate_log_dropped_total")
    lines = sum(told(path) for path in tmp_path.glob("rejections.log*"))
    print(f"file: {lines} lines and {dropped} dropped of {rounds * count}")
    assert lines + dropped == rounds * count
    assert max(ratios) < 1.5
