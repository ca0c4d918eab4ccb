"""Floods of refusals: every one is a line, part of a folded line, or counted as dropped; uploads beside them go on."""
import json
import os
import socket
import statistics
import threading
import time

import pytest

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


@pytest.mark.heavy
def test_a_hundred_thousand_refusals_slow_no_upload(tmp_path):
    """At full speed, with and without the log: uploads beside take about as long; every refusal is accounted for."""
    count = 100_000
    medians = {}
    for name in ("off", "file"):
        directory = tmp_path / name
        directory.mkdir()
        path = directory / "rejections.log"
        log = {"rejections": "off" if name == "off" else f"file:{path}", "foldAfter": 0}
        with Ossgate.serve(directory, {"log": log, "emulator": {"buckets": [BUCKET]}}) as gateway:
            times = []
            over = threading.Event()

            def upload():
                while not over.is_set():
                    begun = time.monotonic()
                    assert put(gateway.address, "stored", b"x" * 100_000).status_code == 200
                    times.append(time.monotonic() - begun)
            thread = threading.Thread(target=upload)
            thread.start()
            begun = time.monotonic()
            floods(gateway, count)
            rate = count / (time.monotonic() - begun)
            over.set()
            thread.join(PATIENCE)
            medians[name] = statistics.median(times)
            print(f"log {name}: {rate:.0f} refusals/s, {len(times)} uploads, median {medians[name] * 1000:.1f} ms")
            dropped = metric(gateway, "ossgate_log_dropped_total") if name == "file" else 0
        if name == "file":
            lines = told(path) + sum(told(p) for p in directory.glob("rejections.log.*"))
            print(f"{lines} lines and {dropped} dropped of {count}")
            assert lines + dropped == count
    assert medians["file"] < 3 * medians["off"] + 0.01
