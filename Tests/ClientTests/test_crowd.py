"""Ten thousand clients that send a byte a second, and what normal traffic beside them feels of it."""
import multiprocessing
import os
import resource
import selectors
import socket
import statistics
import time

import pytest

from ossgate import PATIENCE, Ossgate
from wire import Wire

CLIENTS = 10_000
PROCESSES = 4
MEASURED_SECONDS = 20
SLICES = 50
# A request each so often, from each of two connections: far from what the gateway can do.
PACE = 0.01
BODY = b"x" * 2000
HEAD = b"PUT /crowd/%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3600\r\n\r\n"
UPLOAD = b"PUT /crowd/normal HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


def raise_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Crowd:
    """Slow clients in one process: each sends its next byte once a second. Tells how many are there, then how many still
    are, and what the others were answered."""

    def __init__(self, address, count, first, heads, pipe):
        raise_descriptors()
        self.selector = selectors.DefaultSelector()
        # How many bytes each that is served has sent; and who sends in which part of a second.
        self.sockets = {}
        self.slices = [[] for _ in range(SLICES)]
        self.ended = {}
        self.heads = heads
        self.pipe = pipe
        host, _, port = address.rpartition(":")
        for number in range(count):
            client = socket.create_connection((host, int(port)), PATIENCE)
            if not heads:
                client.sendall(HEAD % (first + number))
            client.setblocking(False)
            self.sockets[client] = 0
            self.slices[number % SLICES].append(client)
            self.selector.register(client, selectors.EVENT_READ)
            if number % 100 == 99:
                self.turn(0)
        pipe.send(count)

    def turn(self, timeout):
        """Hears of those that are answered or closed."""
        for key, _ in self.selector.select(timeout):
            try:
                answer = key.fileobj.recv(4096)
            except OSError:
                answer = b"reset"
            self.ended[answer[9:12].decode()] = self.ended.get(answer[9:12].decode(), 0) + 1
            self.selector.unregister(key.fileobj)
            self.sockets.pop(key.fileobj)
            key.fileobj.close()

    def run(self):
        text = b"GET /crowd/key HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 3600
        turn = 0
        while not self.pipe.poll():
            begun = time.monotonic()
            # Clients do not send in step: each has its moment of the second.
            for client in self.slices[turn % SLICES]:
                if (place := self.sockets.get(client)) is None:
                    continue
                try:
                    client.send(text[place:place + 1] if self.heads else b"x")
                    self.sockets[client] = place + 1
                except OSError:
                    pass  # The answer says why; `turn` reads it.
            turn += 1
            self.turn(max(0, begun + 1 / SLICES - time.monotonic()))
        self.turn(0)
        self.pipe.send((len(self.sockets), self.ended))


def crowd(*arguments):
    Crowd(*arguments).run()


class Crowds:
    def __init__(self, address, heads=False):
        context = multiprocessing.get_context("spawn")
        self.pipes, self.processes = [], []
        share = CLIENTS // PROCESSES
        for index in range(PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=crowd, args=(address, share, index * share, heads, theirs), daemon=True)
            process.start()
            self.pipes.append(ours)
            self.processes.append(process)
        self.there = sum(pipe.recv() for pipe in self.pipes)

    def leave(self):
        """How many were still served, and how many were answered with which status."""
        for pipe in self.pipes:
            pipe.send("enough")
        served, ended = 0, {}
        for pipe, process in zip(self.pipes, self.processes):
            count, statuses = pipe.recv()
            served += count
            for status, number in statuses.items():
                ended[status] = ended.get(status, 0) + number
            process.join(PATIENCE)
        return served, ended


def latencies(address):
    """Seconds that small uploads take, at a steady pace."""
    times = []
    with Wire(address) as first, Wire(address) as second:
        end = time.monotonic() + MEASURED_SECONDS
        while time.monotonic() < end:
            for wire in (first, second):
                begun = time.monotonic()
                wire.send(UPLOAD)
                assert wire.answer().status == 200
                times.append(time.monotonic() - begun)
            time.sleep(PACE)
    return times


def p99(times):
    return statistics.quantiles(times, n=100)[98]


@pytest.fixture
def gateway(tmp_path):
    if raise_descriptors() < CLIENTS + 2000:
        pytest.fail("the limit of open files of this machine is too low")
    with Ossgate.serve(tmp_path, {
            "emulator": {"buckets": ["crowd"]}, "log": {"rejections": "off"},
            "limits": {"connections": 2 * CLIENTS},
            "timeouts": {"minimumRate": 0, "drain": "1s", "drainDelay": "0s"}}) as running:
        latencies(running.address)
        yield running


@pytest.mark.heavy
def test_slow_bodies_beside_normal_traffic(gateway):
    quiet = p99(latencies(gateway.address))
    slow = Crowds(gateway.address)
    assert slow.there == CLIENTS
    crowded = p99(latencies(gateway.address))
    descriptors, memory = len(os.listdir(f"/proc/{gateway.process.pid}/fd")), gateway.memory()
    served, ended = slow.leave()
    print(f"\np99 of uploads {quiet * 1000:.2f} ms alone, {crowded * 1000:.2f} ms beside {served} clients of a byte a second"
          f" ({descriptors} descriptors, {memory / 2**20:.0f} MiB)", end=" ")
    assert (served, ended) == (CLIENTS, {})
    # A tenth of a millisecond is what the clock of this measurement is worth.
    assert crowded <= 2 * quiet + 0.0001


@pytest.mark.heavy
def test_slow_heads_are_shed(gateway):
    quiet = p99(latencies(gateway.address))
    slow = Crowds(gateway.address, heads=True)
    crowded = p99(latencies(gateway.address))
    served, ended = slow.leave()
    print(f"\np99 of uploads {quiet * 1000:.2f} ms alone, {crowded * 1000:.2f} ms beside {CLIENTS} slow heads, of which"
          f" {ended.get('408', 0)} were answered 408 and {served} are left", end=" ")
    assert (served, ended) == (0, {"408": CLIENTS})
    assert crowded <= 2 * quiet + 0.0001
