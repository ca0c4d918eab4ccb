"""The unit under a real systemd: byte for byte as it is shipped, in a process namespace of its own.

It takes root and the right to make namespaces; where these are not to be had there is nothing to be started.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest
import requests

from conftest import BUCKET
from ossgate import BINARY, PATIENCE, environment
from test_cli import await_truth

DEPLOY = pathlib.Path(__file__).parents[2] / "deploy"
SYSTEMD = "/lib/systemd/systemd"
# Those that the unit names or has by default; what a whole system has behind them is not needed here.
TARGETS = ["sysinit", "basic", "shutdown", "network-online", "multi-user", "ossgate-tests"]
# Namespaces first, then layers over what the unit names, so that nothing of the machine itself changes.
START = """
set -e
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
layers=$1; units=$2; binary=$3
mount -t tmpfs tmpfs "$layers"
over() { mkdir -p "$layers/$2/up" "$layers/$2/work"; mount -t overlay overlay \
    -o "lowerdir=$1,upperdir=$layers/$2/up,workdir=$layers/$2/work" "$1"; }
over /etc etc; over /usr/local/bin bin; over /var var
touch /usr/local/bin/ossgate
mount --bind "$binary" /usr/local/bin/ossgate
exec env -i container=ossgate-tests PATH=/usr/sbin:/usr/bin SYSTEMD_UNIT_PATH="$units" \
    /lib/systemd/systemd --system --unit=ossgate-tests.target --log-target=console --show-status=no
"""
NAMESPACES = ["unshare", "--pid", "--mount", "--cgroup", "--uts", "--ipc", "--fork", "--kill-child"]


def allowed():
    return os.geteuid() == 0 and pathlib.Path(SYSTEMD).exists() and subprocess.run(
        [*NAMESPACES, "bash", "-c", "mount -t proc proc /proc && mount -t cgroup2 cgroup2 /mnt"],
        capture_output=True, timeout=PATIENCE).returncode == 0


pytestmark = pytest.mark.skipif(not allowed(), reason="this machine makes no namespaces")


class Systemd:
    """A service manager, and the files as it sees them."""

    def __init__(self, directory):
        self.log = (directory / "systemd.log").open("wb+")
        layers, units = directory / "layers", directory / "units"
        layers.mkdir()
        units.mkdir()
        for target in TARGETS:
            (units / f"{target}.target").write_text(f"[Unit]\nDescription={target}\nDefaultDependencies=no\n")
        shutil.copy(DEPLOY / "ossgate.service", units)
        # A test cannot wait as long as an operator.
        (units / "ossgate.service.d").mkdir()
        (units / "ossgate.service.d/tests.conf").write_text("[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\n")
        self.process = subprocess.Popen(
            [*NAMESPACES, "bash", "-c", START, "start", layers, units, BINARY], stdout=self.log, stderr=self.log,
            stdin=subprocess.DEVNULL)
        self.init = await_truth(self.child)

    def child(self):
        """The first process of the namespace, once it is systemd and can be spoken to."""
        path = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = path.read_text().split() if path.exists() else []
        assert self.process.poll() is None, self.told()
        process = pathlib.Path("/proc", *children[:1])
        return children and (process / "comm").read_text() == "systemd\n" and (
            process / "root/run/systemd/private").exists() and int(children[0])

    def told(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def path(self, name):
        return pathlib.Path(f"/proc/{self.init}/root{name}")

    def write(self, name, text):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text)

    def systemctl(self, *arguments):
        return subprocess.run(
            ["nsenter", "-t", str(self.init), "-m", "-p", "systemctl", "--no-pager", *arguments], capture_output=True,
            text=True, timeout=PATIENCE)

    def show(self, name):
        return self.systemctl("show", "--value", "--property", name, "ossgate").stdout.strip()

    def main(self):
        """The main process of the unit, by the number that it has out here."""
        inner = self.show("MainPID")
        for path in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                text = path.read_text()
            except OSError:
                continue
            numbers = re.search(r"^NSpid:\t(\d+)\t(\d+)$", text, re.M)
            if numbers and numbers[2] == inner and os.readlink(path.parent / "ns/pid") == os.readlink(
                    f"/proc/{self.init}/ns/pid"):
                return int(numbers[1]), text
        return None

    def end(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.log.close()


def configuration(**more):
    return json.dumps({
        "listeners": [{"bind": "127.0.0.1:0"}], "admin": {"bind": "127.0.0.1:0"}, "timeouts": {"drainDelay": "0s"},
        "log": {"rejections": "file:/var/log/ossgate/rejections.log"},
        "emulator": {"buckets": [BUCKET], "data": "/var/lib/ossgate/data"}, **more})


@pytest.fixture
def systemd(tmp_path):
    manager = Systemd(tmp_path)
    try:
        manager.write("/etc/ossgate/config.json", configuration())
        yield manager
    finally:
        manager.end()


def address(systemd):
    """Where it listens, as the manager was told."""
    return re.search(r"listening on (127\.0\.0\.1:\d+)", systemd.show("StatusText"))[1]


def put(systemd, key):
    return requests.put(f"http://{address(systemd)}/{BUCKET}/{key}", b"x", timeout=PATIENCE).status_code


def test_the_unit_starts_reloads_is_watched_and_stops(systemd):
    done = systemd.systemctl("start", "ossgate")
    assert done.returncode == 0, done.stderr + systemd.told()
    assert (systemd.show("ActiveState"), systemd.show("SubState")) == ("active", "running")
    assert put(systemd, "key") == 200

    # It is nobody that the machine knows, and may do nothing that it was not given.
    number, status = systemd.main()
    assert int(re.search(r"^Uid:\t(\d+)", status, re.M)[1]) > 60_000
    assert re.search(r"^CapBnd:\t0+$", status, re.M) and re.search(r"^NoNewPrivs:\t1$", status, re.M)
    assert re.search(r"^Seccomp:\t2$", status, re.M)

    # A new configuration is taken over by the same process; a wrong one is not, and the manager says so.
    systemd.write("/etc/ossgate/config.json", configuration(
        policy=[{"name": "none", "when": {"key": "no/**"}, "refuse": True}]))
    done = systemd.systemctl("reload", "ossgate")
    assert done.returncode == 0, done.stderr + systemd.told()
    await_truth(lambda: put(systemd, "no/key") == 403)
    assert put(systemd, "key") == 200
    systemd.write("/etc/ossgate/config.json", configuration(nonsense=True))
    assert systemd.systemctl("reload", "ossgate").returncode != 0
    assert systemd.show("ActiveState") == "active" and put(systemd, "no/key") == 403
    assert systemd.main()[0] == number
    assert '"ossgate.rule":"none"' in systemd.path("/var/log/ossgate/rejections.log").read_text()

    # The watchdog is fed; then the process no longer turns, and is started again with what it had stored.
    for _ in range(2):
        fed = systemd.show("WatchdogTimestampMonotonic")
        await_truth(lambda: systemd.show("WatchdogTimestampMonotonic") != fed)
    assert systemd.show("NRestarts") == "0" and systemd.main()[0] == number
    systemd.write("/etc/ossgate/config.json", configuration())
    os.kill(number, signal.SIGSTOP)
    await_truth(lambda: systemd.show("NRestarts") == "1" and systemd.show("SubState") == "running")
    assert systemd.main()[0] != number
    assert requests.get(f"http://{address(systemd)}/{BUCKET}/key", timeout=PATIENCE).content == b"x"

    assert systemd.systemctl("stop", "ossgate").returncode == 0
    assert (systemd.show("ActiveState"), systemd.show("Result")) == ("inactive", "success")


def test_a_wrong_configuration_is_not_tried_again(systemd):
    systemd.write("/etc/ossgate/config.json", configuration(nonsense=True))
    assert systemd.systemctl("start", "ossgate").returncode != 0
    assert systemd.show("ActiveState") == "failed", systemd.told()
    assert (systemd.show("Result"), systemd.show("NRestarts")) == ("exit-code", "0")
    systemd.write("/etc/ossgate/config.json", configuration())
    assert systemd.systemctl("start", "ossgate").returncode == 0
    assert put(systemd, "key") == 200
