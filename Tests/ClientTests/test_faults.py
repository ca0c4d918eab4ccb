"""What the emulator does wrong when it is asked to, and what the gateway makes of it."""
import email.utils
import http.client
import json
import re
import time

import pytest

from ossgate import PATIENCE, Ossgate

ADMIN_LINE = re.compile(r"^emulator admin listening on (?P<address>\S+)$")
BODY = bytes(range(256)) * 2000


class Place:
    """A gateway with its embedded emulator, whose faults a test sets."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.admin = gateway.wait_for_line(ADMIN_LINE)["address"]

    def address(self, way):
        return self.gateway.emulator_address if way == "direct" else self.gateway.address

    def ask(self, way, method, target, body=None, headers=None):
        """Status, code and body; the body is None when it broke off, all are None without an answer."""
        connection = http.client.HTTPConnection(self.address(way), timeout=PATIENCE)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):
            return None, None, None
        try:
            data = answer.read()
        except (http.client.IncompleteRead, ConnectionError):
            return answer.status, None, None
        finally:
            connection.close()
        code = re.search(rb"<Code>(\w+)</Code>", data)
        return answer.status, code and code[1].decode(), data

    def change(self, method, faults=None):
        connection = http.client.HTTPConnection(self.admin, timeout=PATIENCE)
        connection.request(method, "/faults", None if faults is None else json.dumps(faults))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def set(self, *faults):
        status, text = self.change("PUT", list(faults))
        assert status == 200, text

    def hits(self):
        return [entry["hits"] for entry in json.loads(self.change("GET")[1])]


@pytest.fixture(scope="module", params=["observe", "strict"])
def running(request, tmp_path_factory):
    integrity = {"downloads": "abort", "originCRC64": "fail"} if request.param == "strict" else {}
    with Ossgate.serve(tmp_path_factory.mktemp("faults"), {
        "origin": {"endpoint": "embedded"}, "integrity": integrity,
        "timeouts": {"drainDelay": "0s", "upstreamFirstByte": "1s"},
        "log": {"access": "off", "rejections": "off"},
        "emulator": {"bind": "127.0.0.1:0", "admin": "127.0.0.1:0", "buckets": ["faults"]},
    }) as gateway:
        place = Place(gateway)
        place.strict = request.param == "strict"
        yield place


@pytest.fixture(params=["direct", "gateway"])
def way(request):
    return request.param


@pytest.fixture
def place(running):
    running.change("DELETE")
    assert running.ask("direct", "PUT", "/faults/key", BODY)[0] == 200
    yield running
    running.change("DELETE")


def stored(place, key):
    place.change("DELETE")
    return place.ask("direct", "GET", f"/faults/{key}")


def test_a_short_delay(place, way):
    place.set({"fault": "delay", "time": "200ms", "operations": ["GetObject"]})
    assert place.ask(way, "GET", "/faults/key") == (200, None, BODY)
    assert place.hits() == [1]


def test_a_delay_beyond_the_time_that_the_gateway_waits(place, way):
    place.set({"fault": "delay", "time": "3s"})
    status, code, _ = place.ask(way, "GET", "/faults/key")
    assert (status, code) == ((200, None) if way == "direct" else (504, "GatewayTimeout"))


def test_bandwidth(place, way):
    place.set({"fault": "bandwidth", "rate": "4MiB"})
    assert place.ask(way, "PUT", "/faults/slow", BODY)[0] == 200
    assert place.ask(way, "GET", "/faults/slow") == (200, None, BODY)
    assert place.hits() == [2]


def test_a_short_body(place, way):
    place.set({"fault": "shortBody", "bytes": 1000, "operations": ["GetObject"]})
    status, _, data = place.ask(way, "GET", "/faults/key")
    if way == "direct" or not place.strict:
        assert (status, data) == (200, BODY[:1000])
    else:
        assert data is None, "the client sees that it is not whole"


def test_a_wrong_crc_of_a_download(place, way):
    place.set({"fault": "wrongCRC", "operations": ["GetObject"]})
    status, _, data = place.ask(way, "GET", "/faults/key")
    if way == "direct" or not place.strict:
        assert (status, data) == (200, BODY)
    else:
        assert data is None


def test_a_wrong_crc_of_an_upload(place, way):
    place.set({"fault": "wrongCRC", "operations": ["PutObject"]})
    status, _, _ = place.ask(way, "PUT", "/faults/new", b"x" * 1000)
    assert status == (200 if way == "direct" or not place.strict else 502)


@pytest.mark.parametrize("count", [0, 1, 100_000])
def test_a_reset_in_the_request(place, way, count):
    place.set({"fault": "resetRequest", "bytes": count, "operations": ["PutObject"]})
    status, code, _ = place.ask(way, "PUT", "/faults/reset", BODY)
    assert (status, code) == ((None, None) if way == "direct" else (502, "BadGateway"))
    assert stored(place, "reset")[0] == 404


@pytest.mark.parametrize("count", [0, 1, 100_000])
def test_a_reset_in_the_answer(place, way, count):
    place.set({"fault": "resetAnswer", "bytes": count, "operations": ["GetObject"]})
    status, code, data = place.ask(way, "GET", "/faults/key")
    if count == 0:
        assert (status, code) == ((None, None) if way == "direct" else (502, "BadGateway"))
    else:
        assert (status, data) in [(200, None), (None, None)]


@pytest.mark.parametrize("fault", ["status", "earlyAnswer"])
@pytest.mark.parametrize("status,code", [(503, "ServiceUnavailable"), (500, "InternalError"), (403, "AccessDenied")])
def test_statuses(place, way, fault, status, code):
    place.set({"fault": fault, "status": status, "operations": ["PutObject"], "key": "in/**", "count": 1})
    assert place.ask(way, "PUT", "/faults/out/key", b"x")[0] == 200
    assert place.ask(way, "PUT", "/faults/in/key", BODY)[:2] == (status, code)
    assert place.ask(way, "PUT", "/faults/in/key", b"x")[0] == 200, "once was asked for"
    assert stored(place, "in/key")[2] == b"x"


def test_a_clock_that_is_off(place, way):
    place.set({"fault": "clock", "seconds": -7200})
    connection = http.client.HTTPConnection(place.address(way), timeout=PATIENCE)
    connection.request("HEAD", "/faults/key")
    answer = connection.getresponse()
    assert answer.status == 200
    assert place.hits() == [1]
    if way == "direct":
        away = time.time() - email.utils.parsedate_to_datetime(answer.getheader("Date")).timestamp()
        assert 7190 < away < 7200 + PATIENCE


def test_a_list_that_is_wrong_changes_nothing(place):
    place.set({"fault": "status", "status": 503, "key": "other"})
    status, text = place.change("PUT", [{"fault": "delay"}, {"fault": "status", "status": 99}])
    assert status == 400
    assert text.splitlines() == [
        'emulator.faults[0]: the fault "delay" needs time',
        "emulator.faults[1].status: must be from 400 to 599, not 99"]
    assert json.loads(place.change("GET")[1]) == [{"fault": "status", "hits": 0}]


def test_faults_of_the_configuration(tmp_path):
    fault = {"fault": "status", "status": 503, "bucket": "faults", "operations": ["GetObject"], "count": 2}
    with Ossgate.emulator(tmp_path, {"emulator": {"buckets": ["faults"], "faults": [fault]}}) as emulator:
        connection = http.client.HTTPConnection(emulator.emulator_address, timeout=PATIENCE)
        statuses = []
        for _ in range(3):
            connection.request("GET", "/faults/absent")
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        assert statuses == [503, 503, 404]
