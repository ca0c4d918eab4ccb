"""Starts and stops the program under test, and says what it is doing."""
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import urllib.request

BINARY = os.environ.get("OSSGATE_BINARY") or str(pathlib.Path(__file__).parents[2] / ".build/debug/ossgate")

# How long anything may take that is not measured. Generous: the machine may be busy.
PATIENCE = 60

SERVE_LINE = re.compile(
    r"^ossgate \S+ listening on (?P<listeners>.+?)(?:, admin (?P<admin>[^,]+))?"
    r", origin (?P<origin>embedded emulator on (?P<emulator>\S+)|\S+)$")
EMULATOR_LINE = re.compile(r"^ossgate emulator \S+ listening on (?P<emulator>\S+)$")


def environment():
    """Ours without overrides of configuration keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OSSGATE_")}


class Commands:
    """What the commands of the run have printed."""

    told = []

    @classmethod
    def outputs(cls):
        yield from cls.told


def run(*arguments, **options):
    """Runs a command of the program to its end."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE, env=environment(),
        **options)
    Commands.told.append((f"ossgate {arguments[0] if arguments else ''}", done.stdout + done.stderr))
    return done


class Ossgate:
    """One running process. Its lines on stderr are kept; the first that fits `pattern` is its start-up line."""

    # Every process of the run, for what is asked of all at its end.
    all = []

    def __init__(self, arguments, pattern, stdout=subprocess.DEVNULL, cwd=None, logs=()):
        Ossgate.all.append(self)
        self._logs = [*logs, *([stdout.name] if isinstance(getattr(stdout, "name", None), str) else [])]
        self._pages = {}
        self.process = subprocess.Popen(
            [BINARY, *map(str, arguments)], stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment(),
            cwd=cwd)
        self.lines = []
        self._pattern = pattern
        self.changed = threading.Condition()
        self._is_at_end = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.started = self.wait_for_line(pattern)

    @classmethod
    def serve(cls, directory, configuration, **options):
        """`ossgate serve` on ports that the system picks, with what the configuration adds."""
        complete = {
            "listeners": [{"bind": "127.0.0.1:0"}],
            "admin": {"bind": "127.0.0.1:0"},
            "domains": ["oss-cn-hangzhou.aliyuncs.com", "localhost", "oss.localhost"],
            "timeouts": {"drainDelay": "0s"},
            **configuration,
        }
        path = pathlib.Path(directory) / "config.json"
        path.write_text(json.dumps(complete), encoding="utf-8")
        places = [str(value) for value in complete.get("log", {}).values()]
        logs = [place.removeprefix("file:") for place in places if place.startswith("file:")]
        return cls(["serve", "--config", path], SERVE_LINE, logs=logs, **options)

    @classmethod
    def emulator(cls, directory, configuration=None, data=None, **options):
        """`ossgate emulator` alone."""
        path = pathlib.Path(directory) / "emulator.json"
        path.write_text(json.dumps(configuration or {}), encoding="utf-8")
        arguments = ["emulator", "--bind", "127.0.0.1:0", "--config", path]
        if data:
            arguments += ["--data", data]
        return cls(arguments, EMULATOR_LINE, **options)

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self._is_at_end = True
            self.changed.notify_all()

    def wait_for_line(self, pattern):
        """The match of the first line that fits; fails with all lines when the process ends without one."""
        found = []

        def is_there():
            found[:] = [match for match in map(pattern.search, self.lines) if match][:1]
            return found or self._is_at_end

        with self.changed:
            self.changed.wait_for(is_there, PATIENCE)
        assert found, f"no line like {pattern.pattern} on stderr: {self.lines}"
        return found[0]

    @property
    def address(self):
        """host:port of the first listener."""
        return self.started["listeners"].split(", ")[0]

    @property
    def admin(self):
        return self.started["admin"]

    @property
    def emulator_address(self):
        return self.started["emulator"]

    def memory(self, name="VmRSS"):
        """Bytes of resident memory; VmHWM for the peak since `forget_peak`."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
        raise AssertionError(f"no {name} in the status of the process")

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w", encoding="ascii") as peak:
            peak.write("5")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        """The exit code."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def stop(self):
        """Ends it as an operator does, which has to work."""
        if self.process.poll() is None:
            self._keep_pages()
            self.signal(signal.SIGTERM)
        code = self.wait()
        assert code == 0, f"exit code {code}; stderr: {self.lines}"

    def _keep_pages(self):
        """What the admin listener tells last, as far as it still does."""
        admin = self.started.groupdict().get("admin")
        for page in ("healthz", "readyz", "metrics", "config", "rejections") if admin and not admin.startswith("unix:") else ():
            try:
                with urllib.request.urlopen(f"http://{admin}/{page}", timeout=PATIENCE) as answer:
                    self._pages[page] = answer.read().decode()
            except OSError:
                return

    def keep(self, name, text):
        """Something else that it has told, to a server of logs for example."""
        self._pages[name] = self._pages.get(name, "") + text

    def outputs(self):
        """Name and text of all that the process has told: logs with their rotated files, stderr, admin pages."""
        for log in self._logs:
            path = pathlib.Path(log)
            for file in [path, *sorted(path.parent.glob(path.name + ".*"))]:
                if file.is_file():
                    yield str(file), file.read_text("utf-8", errors="replace")
        yield "stderr", "\n".join(self.lines)
        yield from self._pages.items()

    def kill(self):
        self.process.kill()
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        # A failed test is told as it failed, not by the exit code that follows from it.
        if kind is None:
            self.stop()
        else:
            self.kill()
