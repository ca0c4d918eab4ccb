"""Mixed traffic of hours against a gateway and a durable emulator: soak.py [SECONDS]. deploy/soak runs it on a release.

Exit code 1 when memory, descriptors or threads do not stay as they are, when an answer was not what it must be, or when an
object that was acknowledged is not there to the byte at the end.
"""
import asyncio
import json
import logging
import os
import pathlib
import re
import signal
import ssl
import statistics
import sys
import tempfile
import time
import urllib.request

import soak_traffic as traffic
from certificates import Authority, tls
from ossgate import Ossgate
from soak_clients import HTTP1, HTTP2
from soak_watch import MIB, Watch, judge

SAMPLE_SECONDS = 10
RELOAD_SECONDS = 60
# Two pipes and what empties them, which each event loop makes when a large body first passes.
KEPT_DESCRIPTORS = 5 * len(os.sched_getaffinity(0))
# A lane's requests a second, how many lanes there are, and what they do. All together take less than half of two processors.
LANES = [("good", traffic.GOOD, 16, 4), ("hostile", traffic.HOSTILE, 6, 3), ("slow", traffic.SLOW, 24, 1)]
WRONG_FILES = [
    "{", '{"rules": {"no-such-rule": "off"}}', '{"shards": 7}', '{"origin": {"endpoint": "nowhere"}}',
    '{"listeners": [{"bind": "127.0.0.1:0", "tls": {"certificate": "/nowhere", "privateKey": "/nowhere"}}]}']
REFUSING = [{"name": "never", "when": {"key": "refused/**"}, "refuse": True}]
ALTERNATING = [{"name": "alternating", "when": {"key": "alternating/**"}, "refuse": True}]


class Soak:
    def __init__(self, directory, seconds):
        self.directory = pathlib.Path(directory)
        self.seconds = seconds
        self.tally = traffic.Tally()
        self.reloads = {"taken": 0, "refused": 0}
        self.authority = Authority(self.directory)
        self.leaves = [self.authority.leaf(name) for name in ("first", "second")]
        self.data = self.directory / "data"
        self.emulator = Ossgate.emulator(
            self.directory, {"emulator": {"buckets": [traffic.BUCKET]}}, data=self.data)
        self.gateway = Ossgate.serve(self.directory, self.configuration(0))
        self.path = self.directory / "config.json"
        self.base = json.loads(self.path.read_text(encoding="utf-8"))
        self.plain, self.secure = self.gateway.started["listeners"].split(", ")
        self.watches = [Watch("gateway", self.gateway.process.pid), Watch("emulator", self.emulator.process.pid)]

    def configuration(self, turn):
        """One of two; each is a change of the other. A client that is slow on purpose is far from being idle, even where
        the machine is busy."""
        port = self.emulator.emulator_address.rpartition(":")[2]
        return {
            "listeners": [{"bind": "127.0.0.1:0", "protocols": ["http/1.1", "h2c"]},
                          {"bind": "127.0.0.1:0", "tls": tls(self.leaves[turn % 2])}],
            "origin": {"endpoint": f"http://{('127.0.0.1', 'localhost')[turn % 2]}:{port}"},
            "domains": ["localhost", *(["oss.example.com"] if turn % 2 else [])],
            "timeouts": {"bodyIdle": "20s", "head": "10s", "keepAlive": ("75s", "60s")[turn % 2], "drainDelay": "0s"},
            "limits": {"fields": (128, 100)[turn % 2], "connections": 2000},
            "rules": {"response-headers-anonymous": ("enforce", "report")[turn % 2]},
            "policy": REFUSING + (ALTERNATING if turn % 2 else []),
            "log": {"access": "json", "accessTo": f"file:{self.directory}/access.log",
                    "rejections": f"file:{self.directory}/rejections.log", "rotateSize": "4MiB", "rotateKeep": 2},
        }

    @property
    def carriers(self):
        def context(*protocols):
            made = ssl.create_default_context(cafile=self.authority.file)
            made.set_alpn_protocols(protocols)
            return made
        return [(HTTP1, self.plain, None), (HTTP1, self.secure, context("http/1.1")),
                (HTTP2, self.secure, context("h2")), (HTTP2, self.plain, None)]

    # While it runs

    async def run(self):
        carriers, over = self.carriers, asyncio.Event()
        lanes = [(traffic.Lane(f"{name}-{number}", carriers[number % 4:number % 4 + 1] if name == "good" else carriers,
                               seed=number), kinds, rate)
                 for name, kinds, count, rate in LANES for number in range(count)]
        # A lane of one carrier that has no HTTP/2 does not do what only HTTP/2 can.
        work = [asyncio.create_task(lane.run(self.tally, [
            (kind, weight) for kind, weight in kinds
            if kind is not traffic.side_by_side or lane.carriers[0][0] is HTTP2], rate, over))
            for lane, kinds, rate in lanes]
        work += [asyncio.create_task(self.sample(over)), asyncio.create_task(self.reload(over))]
        self.lanes = [lane for lane, _, _ in lanes]
        end = asyncio.create_task(asyncio.sleep(self.seconds))
        # A task that ends before its time has failed, and tells why in `gather`.
        await asyncio.wait([end, *work], return_when=asyncio.FIRST_COMPLETED)
        over.set()
        end.cancel()
        await asyncio.gather(*work)

    async def pause(self, seconds, over):
        """False once it is over."""
        try:
            await asyncio.wait_for(over.wait(), seconds)
        except (TimeoutError, asyncio.TimeoutError):
            return True
        return False

    async def sample(self, over):
        begun, reported = time.monotonic(), 0
        while await self.pause(SAMPLE_SECONDS, over):
            at = time.monotonic() - begun
            gateway, emulator = (watch.take(at) for watch in self.watches)
            if at - reported >= 60 or not reported:
                reported = at
                print(f"{at:6.0f} s  gateway {gateway.memory / MIB:6.1f} MiB {gateway.descriptors:4} descriptors "
                      f"{gateway.threads:3} threads  emulator {emulator.memory / MIB:6.1f} MiB  "
                      f"{sum(self.tally.counts.values())} done, {len(self.tally.wrong)} wrong", flush=True)

    async def reload(self, over):
        """Once a minute the other configuration, and each fifth time one that cannot be taken."""
        turn = 0
        while await self.pause(RELOAD_SECONDS, over):
            wrong = (self.reloads["taken"] + self.reloads["refused"]) % 5 == 4
            turn += not wrong
            text = WRONG_FILES[self.reloads["refused"] % len(WRONG_FILES)] if wrong else json.dumps(
                {**self.base, **self.configuration(turn)})
            result = "refused" if wrong else "taken"
            self.reloads[result] += 1
            self.path.write_text(text, encoding="utf-8")
            self.gateway.signal(signal.SIGHUP)
            try:
                with self.tally.doing(f"reload {result}"):
                    await self.until(lambda: self.metric(
                        f'ossgate_config_reloads_total{{result="{result}"}}') == self.reloads[result])
                    await self.check_configuration(turn)
            except traffic.FAULTS:
                pass

    async def check_configuration(self, turn):
        """That what changed with the file holds: the policy, and the certificate."""
        client = await HTTP1(self.secure, self.carriers[1][2]).open()
        subject = dict(pair for part in client.writer.get_extra_info("peercert")["subject"] for pair in part)
        answer = await client.exchange("PUT", f"/{traffic.BUCKET}/alternating/key", body=b"data")
        client.close()
        traffic.expect(answer, 403 if turn % 2 else 200)
        if subject["commonName"] != ("first", "second")[turn % 2]:
            raise traffic.Wrong("the certificate is not that of the configuration")

    async def until(self, condition):
        end = time.monotonic() + 60
        while not condition():
            if time.monotonic() > end:
                raise traffic.Wrong("waited for in vain")
            await asyncio.sleep(0.1)

    def metric(self, sample):
        with urllib.request.urlopen(f"http://{self.gateway.admin}/metrics", timeout=60) as answer:
            text = answer.read().decode()
        found = re.search("^" + re.escape(sample) + r" (\d+)$", text, re.M)
        return int(found[1]) if found else 0

    def resting(self):
        """Descriptors of the gateway that are no connection."""
        return self.watches[0].descriptors - sum(
            self.metric(f'ossgate_connections{{side="{side}"}}') for side in ("downstream", "upstream"))

    # At the end

    async def read_back(self, address):
        """Every object that was acknowledged, and nothing else. Gives how many are right."""
        client, right = HTTP1(address), 0
        for lane in self.lanes:
            for key, data in lane.objects.items():
                with self.tally.doing("read back"):
                    answer = await client.exchange("GET", f"/{traffic.BUCKET}/{key}")
                    traffic.expect(answer, 404 if data is None else 200)
                    if data is not None and answer.body != data:
                        raise traffic.Wrong(f"{key} is not what was acknowledged")
                right += data is not None
        answer = traffic.expect(await client.exchange("GET", f"/{traffic.BUCKET}?list-type=2&prefix=bad/"), 200)
        client.close()
        if b"<Key>" in answer.body:
            self.tally.wrong_answer("read back", f"what was refused or left is stored: {answer}")
        return right

    async def finish(self, before):
        """Everything after the load; gives the lines of the verdict."""
        lines = [f"{await self.read_back(self.plain)} objects read back through the gateway"]
        allowed = before + KEPT_DESCRIPTORS
        try:
            await self.until(lambda: self.metric('ossgate_connections{side="downstream"}') == 0)
            await self.until(lambda: self.resting() <= allowed)
        except traffic.Wrong:
            self.tally.wrong_answer("at rest", f"{self.resting()} descriptors besides connections, {allowed} allowed")
        lines.append(f"{self.resting()} descriptors besides connections at rest, {allowed} allowed")
        self.cpu = [watch.cpu_seconds for watch in self.watches]
        self.gateway.stop()
        self.emulator.kill()
        self.emulator = Ossgate.emulator(
            self.directory, {"emulator": {"buckets": [traffic.BUCKET]}}, data=self.data)
        right = await self.read_back(self.emulator.emulator_address)
        lines.append(f"{right} objects read back from an emulator that was killed")
        self.emulator.stop()
        return lines

    def report(self, lines):
        """Prints the summary; true when everything is as it must be."""
        print(f"\n{'kind':18} {'done':>8} {'median ms':>10} {'p99 ms':>10}")
        for kind, count in sorted(self.tally.counts.items()):
            seconds = sorted(self.tally.seconds[kind])
            print(f"{kind:18} {count:8} {statistics.median(seconds) * 1000:10.1f} "
                  f"{seconds[int(len(seconds) * 0.99)] * 1000:10.1f}")
        print(f"\n{'':9} {'':12} {'first third':>12} {'last third':>12} {'at most':>12}")
        flat = True
        for watch in self.watches:
            for name, first, last, bound, holds in judge(watch.samples, self.seconds):
                unit = MIB if name == "memory" else 1
                print(f"{watch.name:9} {name:12} {first / unit:12.1f} {last / unit:12.1f} {bound / unit:12.1f}"
                      f"{'' if holds else '  GROWS'}")
                flat = flat and holds
        print(f"\nprocessor time: gateway {self.cpu[0]:.0f} s, emulator {self.cpu[1]:.0f} s, "
              f"load {time.process_time():.0f} s, of {self.seconds} s")
        print("\n".join(lines))
        for wrong in self.tally.wrong[:50]:
            print(f"WRONG {wrong}")
        print(f"{sum(self.tally.counts.values())} done, {len(self.tally.wrong)} wrong, "
              f"{'flat' if flat else 'not flat'}")
        return flat and not self.tally.wrong


async def soak(directory, seconds):
    run = Soak(directory, seconds)
    try:
        before = run.resting()
        await run.run()
        return run.report(await run.finish(before))
    finally:
        for process in (run.gateway, run.emulator):
            if process.process.poll() is None:
                process.kill()
                print("\n".join(process.lines[-20:]))


if __name__ == "__main__":
    # Of a connection that was cut on purpose.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
    with tempfile.TemporaryDirectory(prefix="ossgate-soak-", dir=os.environ.get("TMPDIR")) as place:
        sys.exit(0 if asyncio.run(soak(place, wanted)) else 1)
