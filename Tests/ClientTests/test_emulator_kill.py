"""An emulator that is killed loses nothing that it acknowledged, and shows nothing torn."""
import hashlib
import http.client
import random
import threading

import pytest

from ossgate import PATIENCE, Ossgate

WRITERS = 4
KEYS_PER_WRITER = 5


class Writer(threading.Thread):
    """Puts objects of its own keys again and again until the connection breaks."""

    def __init__(self, number, address, acknowledgement):
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.prefix = f"writer-{number}"
        self.address = address
        self.acknowledgement = acknowledgement
        self.acknowledged = {}
        self.sent = {}
        self.failure = None

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        while True:
            key = f"{self.prefix}/{self.random.randrange(KEYS_PER_WRITER)}"
            body = self.random.randbytes(self.random.choice([0, 10, 70_000, 700_000]))
            digest = hashlib.md5(body).hexdigest().upper()
            self.sent[key] = digest
            try:
                connection.request("PUT", f"/durable/{key}", body)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:
                self.failure = f"{answer.status} for {key}"
                return
            self.acknowledged[key] = digest
            self.acknowledgement.release()


def get(address, target):
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    connection.request("GET", target)
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.mark.parametrize("acknowledgements", [1, 40, 150])
def test_a_killed_emulator_keeps_what_it_acknowledged(tmp_path, acknowledgements):
    data = tmp_path / "data"
    acknowledgement = threading.Semaphore(0)
    emulator = Ossgate.emulator(tmp_path, {"emulator": {"buckets": ["durable"]}}, data=data)
    writers = [Writer(number, emulator.emulator_address, acknowledgement) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(acknowledgements):
        assert acknowledgement.acquire(timeout=PATIENCE)
    emulator.kill()
    for writer in writers:
        writer.join(PATIENCE)
        assert writer.failure is None

    with Ossgate.emulator(tmp_path, data=data) as again:
        found = 0
        for writer in writers:
            for key in sorted(writer.sent):
                answer, body = get(again.emulator_address, f"/durable/{key}")
                if answer.status == 404:
                    assert key not in writer.acknowledged
                    continue
                assert answer.status == 200
                digest = hashlib.md5(body).hexdigest().upper()
                assert answer.getheader("ETag") == f'"{digest}"', "torn"
                # The last request may have taken place without its answer.
                assert digest in (writer.acknowledged.get(key), writer.sent[key]), "lost"
                found += 1 if body else 0
        files = [path for path in (data / "objects").rglob("*") if path.is_file()]
        assert len(files) == found, "files that no object names are removed at the start"
        assert not any((data / "temporary").iterdir())
