"""Load on a durable emulator that is killed again and again, and what it must have kept of it.

Each lane writes keys of its own, one request at a time, so that after a kill there is for every lane at most one request of
which nobody knows whether it took place. Everything else is known to the byte."""
import collections
import hashlib
import http.client
import random
import re
import sqlite3
import struct
import subprocess
import threading
import xml.etree.ElementTree as xml

from ossgate import BINARY, PATIENCE, Ossgate, environment

PLAIN, VERSIONED = "plain", "versions"
KEYS_PER_LANE = 5
PART_BYTES_MIN = 100 << 10
APPENDS_MAX = 60
VERSIONS_MAX = 8


def digest(data):
    return hashlib.md5(data).hexdigest()


class Refused(Exception):
    """The emulator answered what it must not."""


class Lane(threading.Thread):
    """One client and its model. `pending` is what the request that was under way when the connection broke may have done."""

    def __init__(self, number, seed):
        super().__init__(daemon=True)
        self.random = random.Random(seed * 1000 + number)
        self.prefix = f"lane-{number}"
        # Key to digest; None for no object.
        self.objects = {f"{self.prefix}/{index}": None for index in range(KEYS_PER_LANE)}
        self.log_key = f"{self.prefix}/log"
        self.log = None
        self.appends = 0
        # Id to (key, {number: (etag, bytes)}).
        self.uploads = {}
        # Version to digest; None for a delete marker.
        self.versions = {}
        self.versioned_key = f"{self.prefix}/versioned"
        self.pending = None
        self.acknowledged = collections.Counter()
        self.failure = None
        self.connection = None

    def connect(self, address):
        """The same model at the next process."""
        heir = Lane.__new__(Lane)
        threading.Thread.__init__(heir, daemon=True)
        heir.__dict__.update({
            name: value for name, value in self.__dict__.items()
            if name in ("random", "prefix", "objects", "log_key", "log", "appends", "uploads", "versions",
                        "versioned_key", "pending", "acknowledged", "failure")})
        heir.connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        return heir

    def ask(self, method, target, body=None, headers=None, expected=(200,)):
        self.connection.request(method, target, body, headers or {})
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status not in expected:
            raise Refused(f"{method} {target}: {answer.status} {data[:300]}")
        return answer, data

    # Load

    def run(self):
        try:
            while True:
                step = self.random.choice([
                    self.put, self.put, self.delete, self.copy, self.append, self.append, self.begin, self.part,
                    self.part, self.complete, self.abort, self.put_version, self.put_version, self.mark,
                    self.delete_version])
                if step():
                    self.acknowledged[step.__name__] += 1
                    self.pending = None
        except (OSError, http.client.HTTPException):
            return
        except Exception as error:  # pylint: disable=broad-except
            self.failure = repr(error)

    def data(self, least=0):
        return self.random.randbytes(max(least, self.random.choice([0, 1, 1000, 70_000, 300_000, 700_000])))

    def put(self):
        key, data = self.random.choice(list(self.objects)), self.data()
        self.pending = ("object", key, digest(data))
        self.ask("PUT", f"/{PLAIN}/{key}", data)
        self.objects[key] = digest(data)
        return True

    def delete(self):
        key = self.random.choice(list(self.objects))
        self.pending = ("object", key, None)
        self.ask("DELETE", f"/{PLAIN}/{key}", expected=(204,))
        self.objects[key] = None
        return True

    def copy(self):
        sources = [key for key, found in self.objects.items() if found]
        if not sources:
            return False
        source, key = self.random.choice(sources), self.random.choice(list(self.objects))
        self.pending = ("object", key, self.objects[source])
        self.ask("PUT", f"/{PLAIN}/{key}", headers={"x-oss-copy-source": f"/{PLAIN}/{source}"})
        self.objects[key] = self.objects[source]
        return True

    def append(self):
        if self.appends >= APPENDS_MAX:
            self.pending = ("log", None)
            self.ask("DELETE", f"/{PLAIN}/{self.log_key}", expected=(204,))
            self.log, self.appends = None, 0
            return True
        data = self.data()
        grown = (self.log or b"") + data
        self.pending = ("log", grown)
        self.ask("POST", f"/{PLAIN}/{self.log_key}?append&position={len(self.log or b'')}", data)
        self.log = grown
        self.appends += 1
        return True

    def begin(self):
        if len(self.uploads) >= 3:
            return False
        key = self.random.choice(list(self.objects))
        self.pending = ("begin", key)
        _, body = self.ask("POST", f"/{PLAIN}/{key}?uploads")
        self.uploads[re.search(rb"<UploadId>(\w+)<", body)[1].decode()] = (key, {})
        return True

    def part(self):
        if not self.uploads:
            return False
        upload = self.random.choice(list(self.uploads))
        key, parts = self.uploads[upload]
        number, data = self.random.randint(1, 4), self.data(PART_BYTES_MIN)
        self.pending = ("part", upload, number, data)
        self.ask("PUT", f"/{PLAIN}/{key}?partNumber={number}&uploadId={upload}", data)
        parts[number] = data
        return True

    def complete(self):
        full = [upload for upload, (_, parts) in self.uploads.items() if parts]
        if not full:
            return False
        upload = self.random.choice(full)
        key, parts = self.uploads[upload]
        whole = digest(b"".join(parts[number] for number in sorted(parts)))
        self.pending = ("complete", upload, key, whole)
        self.ask("POST", f"/{PLAIN}/{key}?uploadId={upload}", b"", {"x-oss-complete-all": "yes"})
        self.objects[key] = whole
        del self.uploads[upload]
        return True

    def abort(self):
        if len(self.uploads) < 2:
            return False
        upload = self.random.choice(list(self.uploads))
        self.pending = ("abort", upload)
        self.ask("DELETE", f"/{PLAIN}/{self.uploads[upload][0]}?uploadId={upload}", expected=(204,))
        del self.uploads[upload]
        return True

    def put_version(self):
        if len(self.versions) >= VERSIONS_MAX:
            return self.delete_version()
        data = self.data()
        self.pending = ("version", digest(data))
        answer, _ = self.ask("PUT", f"/{VERSIONED}/{self.versioned_key}", data)
        self.versions[answer.getheader("x-oss-version-id")] = digest(data)
        return True

    def mark(self):
        if len(self.versions) >= VERSIONS_MAX:
            return False
        self.pending = ("version", None)
        answer, _ = self.ask("DELETE", f"/{VERSIONED}/{self.versioned_key}", expected=(204,))
        self.versions[answer.getheader("x-oss-version-id")] = None
        return True

    def delete_version(self):
        if not self.versions:
            return False
        version = self.random.choice(list(self.versions))
        self.pending = ("unversion", version)
        self.ask("DELETE", f"/{VERSIONED}/{self.versioned_key}?versionId={version}", expected=(204,))
        del self.versions[version]
        return True

    # Check

    def check(self):
        """Everything that was acknowledged is there, whole; what was under way is there whole or not at all."""
        kind = self.pending[0] if self.pending else None
        self.check_uploads(kind)
        for key in self.objects:
            found = self.read(f"/{PLAIN}/{key}")
            allowed = {self.objects[key]}
            if kind == "object" and self.pending[1] == key:
                allowed.add(self.pending[2])
            if kind == "complete" and self.pending[2] == key:
                allowed.add(self.pending[3])
            assert found in allowed, f"{key}: lost or torn"
            self.objects[key] = found
        log = self.read(f"/{PLAIN}/{self.log_key}", whole=True)
        allowed = [self.log, self.pending[1]] if kind == "log" else [self.log]
        assert log in allowed, f"{self.log_key}: {len(log or b'')} bytes, lost or torn"
        if log is None:
            self.appends = 0
        self.log = log
        self.check_versions(kind)
        self.pending = None

    def read(self, target, whole=False):
        answer, data = self.ask("GET", target, expected=(200, 404))
        if answer.status == 404:
            return None
        return data if whole else digest(data)

    def check_uploads(self, kind):
        _, body = self.ask("GET", f"/{PLAIN}?uploads&prefix={self.prefix}/")
        root = xml.fromstring(body)
        found = {entry.findtext("UploadId"): entry.findtext("Key") for entry in root.iter("Upload")}
        open_end = {self.pending[1]} if kind in ("complete", "abort") else set()
        assert set(self.uploads) - open_end <= set(found), "an upload is lost"
        for upload, key in found.items():
            if upload not in self.uploads:
                assert kind == "begin" and self.pending[1] == key, "an upload came back"
                self.uploads[upload] = (key, {})
            _, body = self.ask("GET", f"/{PLAIN}/{key}?uploadId={upload}")
            etags = {
                int(part.findtext("PartNumber")): part.findtext("ETag").strip('"').lower()
                for part in xml.fromstring(body).iter("Part")}
            parts = self.uploads[upload][1]
            if kind == "part" and self.pending[1] == upload:
                _, _, number, data = self.pending
                if etags.get(number) == digest(data):
                    parts[number] = data
            assert etags == {number: digest(data) for number, data in parts.items()}, "a part is lost or torn"
        for upload in set(self.uploads) - set(found):
            del self.uploads[upload]

    def check_versions(self, kind):
        _, body = self.ask("GET", f"/{VERSIONED}?versions&max-keys=1000&prefix={self.prefix}/")
        root = xml.fromstring(body)
        found = {entry.findtext("VersionId"): None for entry in root.iter("DeleteMarker")}
        for entry in root.iter("Version"):
            version = entry.findtext("VersionId")
            found[version] = self.read(f"/{VERSIONED}/{self.versioned_key}?versionId={version}")
            assert found[version], "a version that is listed cannot be read"
        gone = set(self.versions) - set(found)
        assert not gone or kind == "unversion" and gone == {self.pending[1]}, "a version is lost"
        new = set(found) - set(self.versions)
        assert not new or kind == "version" and [found[version] for version in new] == [self.pending[1]], \
            "a version came back"
        for version in set(found) & set(self.versions):
            assert found[version] == self.versions[version], "a version is torn"
        self.versions = found


class Crashes:
    """An emulator with its directory, and the lanes that write to it."""

    def __init__(self, directory, seed, lanes=4):
        self.directory = directory
        self.data = directory / "data"
        self.random = random.Random(seed)
        self.lanes = [Lane(number, seed) for number in range(lanes)]
        self.kills = 0
        self.under_way = 0

    def start(self):
        return Ossgate.emulator(self.directory, {"emulator": {"buckets": [PLAIN, VERSIONED]}}, data=self.data)

    def run(self, kills):
        with self.start() as emulator:
            self.enable_versions(emulator)
        while self.kills < kills:
            if self.random.random() < 0.2:
                self.kill_while_starting()
            emulator = self.start()
            self.check(emulator)
            for lane in self.lanes:
                lane.start()
            # At any moment: while the first requests are under way, or after dozens of them.
            emulator_ended = threading.Event()
            emulator_ended.wait(self.random.uniform(0, 0.6))
            emulator.kill()
            self.kills += 1
            for lane in self.lanes:
                lane.join(PATIENCE)
                assert not lane.is_alive() and lane.failure is None, lane.failure
            self.under_way += sum(lane.pending is not None for lane in self.lanes)
        with self.start() as emulator:
            self.check(emulator)
            self.check_files()
        self.check_files()
        return sum((lane.acknowledged for lane in self.lanes), collections.Counter())

    @staticmethod
    def enable_versions(emulator):
        connection = http.client.HTTPConnection(emulator.emulator_address, timeout=PATIENCE)
        connection.request(
            "PUT", f"/{VERSIONED}?versioning",
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        assert connection.getresponse().status == 200

    def kill_while_starting(self):
        process = subprocess.Popen(
            [BINARY, "emulator", "--bind", "127.0.0.1:0", "--config", self.directory / "emulator.json", "--data",
             self.data], stderr=subprocess.DEVNULL, env=environment())
        try:
            process.wait(self.random.uniform(0, 0.2))
        except subprocess.TimeoutExpired:
            pass
        process.kill()
        process.wait(PATIENCE)
        self.kills += 1

    def check(self, emulator):
        self.lanes = [lane.connect(emulator.emulator_address) for lane in self.lanes]
        self.check_files()
        for lane in self.lanes:
            lane.check()

    def check_files(self):
        """No body is missing, and none is left over."""
        with sqlite3.connect(f"file:{self.data}/metadata.sqlite?mode=ro", uri=True) as database:
            names = {name for name, in database.execute("SELECT name FROM pieces")}
            for piece, in database.execute("SELECT piece FROM parts"):
                count = struct.unpack_from("<I", piece, 5)[0]
                names |= {piece[9:9 + count].decode()} - {""}
        database.close()
        files = {path.name for path in (self.data / "objects").rglob("*") if path.is_file()}
        assert files == names, f"{len(files - names)} files too many, {len(names - files)} missing"
        assert not any((self.data / "temporary").iterdir())
