"""Descriptors run out: the gateway sheds what it cannot serve, keeps what it has, and recovers."""
import os
import resource
import select
import socket
import time

import requests

from conftest import BUCKET
from ossgate import PATIENCE, Ossgate

CONNECTIONS = 120
SPARE = 24


def is_stored(address, key):
    try:
        answer = requests.put(f"http://{address}/{BUCKET}/{key}", b"data", timeout=PATIENCE)
    except requests.ConnectionError:
        return False
    return answer.status_code == 200


def closed(sockets, wanted):
    """How many of the connections the other side has ended; waits until there are `wanted`, with patience."""
    poll = select.poll()
    open_ones = {each.fileno(): each for each in sockets}
    for number in open_ones:
        poll.register(number, select.POLLIN | select.POLLHUP)
    ended = set()
    end = time.monotonic() + PATIENCE
    while len(ended) < wanted and time.monotonic() < end:
        for number, _ in poll.poll(1000):
            poll.unregister(number)
            ended.add(number)
    return len(ended)


def test_running_out_of_descriptors(tmp_path):
    with Ossgate.serve(tmp_path, {"emulator": {"buckets": [BUCKET]}, "shards": 1}) as gateway:
        assert is_stored(gateway.address, "before")
        pid = gateway.process.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))
        hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + SPARE, hard))
        host, port = gateway.address.split(":")
        connections = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(CONNECTIONS)]
        try:
            # Connections beyond what there are descriptors for are taken and closed, none is left waiting. Some
            # descriptors that were in use before have become free meanwhile, hence the margin.
            wanted = CONNECTIONS - 2 * SPARE
            assert closed(connections, wanted) >= wanted
            assert len(os.listdir(f"/proc/{pid}/fd")) <= used + SPARE
        finally:
            for connection in connections:
                connection.close()
        end = time.monotonic() + PATIENCE
        while not is_stored(gateway.address, "after"):
            assert time.monotonic() < end, "the gateway does not recover when descriptors are free again"
