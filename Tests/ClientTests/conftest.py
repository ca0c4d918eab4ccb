"""What the client tests share: a gateway with its embedded emulator for the whole run, and each SDK in each of its shapes."""
import collections
import os
import re
import socket

import oss2
import pytest

import secrets_used
import sdk_methods
import transport
from ossgate import Commands, Ossgate
from rejections import RejectionLog
from sdk_oss2 import REGION, Oss2
from sdk_v2 import OssV2

socket.getaddrinfo = transport.resolve_on_loopback
secrets_used.listen()
sdk_methods.listen()
for name in ("http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)

KEY_ID = "LTAIclienttests01"
# No secret may be found in a log, so these are words that stand nowhere else.
SECRET = "SecretOfTheClientTests/7f3a91"
WRONG_SECRET = "WrongSecretOfTheClientTests/c04d"
BUCKET = "client-tests"

Pair = collections.namedtuple("Pair", "gateway log")


def pytest_addoption(parser):
    parser.addoption("--heavy", action="store_true", help="run the tests of minutes and gigabytes, and only those")


def pytest_configure(config):
    config.addinivalue_line("markers", "heavy: takes minutes and gigabytes; deploy/heavy runs these")
    config.addinivalue_line("markers", "last: looks back on all other tests of the run")


def pytest_collection_modifyitems(config, items):
    """Tests are either of the usual run or of the heavy one."""
    config.collected = {item.path.name for item in items}
    wanted = config.getoption("--heavy")
    others = [item for item in items if bool(item.get_closest_marker("heavy")) != wanted]
    items[:] = [item for item in items if bool(item.get_closest_marker("heavy")) == wanted]
    items.sort(key=lambda item: bool(item.get_closest_marker("last")))
    config.hook.pytest_deselected(items=others)


def running(directory, **emulator):
    """A gateway with its embedded emulator, whose log is checked as a whole at the end."""
    path = directory / "rejections.log"
    gateway = Ossgate.serve(directory, {
        "origin": {"endpoint": "embedded"},
        "log": {"access": "off", "rejections": f"file:{path}"},
        # No restoration ends while a test looks at it, however slow the machine is.
        "emulator": {"bind": "127.0.0.1:0", "buckets": [BUCKET], "restoreTime": "1h", **emulator},
    })
    with gateway:
        log = RejectionLog(path, gateway)
        yield Pair(gateway, log)
    counts = collections.Counter(record["ossgate.request_id"] for record in log.records())
    assert [found for found, count in counts.items() if count != 1] == [], "refused once, recorded twice"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for secret in (SECRET, WRONG_SECRET):
        assert secret not in text
    # Signatures of headers and URLs of both versions.
    assert not re.search(r"(?i)signature=(?!REDACTED)[^&\s\"]", text)


@pytest.fixture(scope="session", autouse=True)
def no_output_tells_a_secret():
    """At the end of the run, of everything that any gateway or command told."""
    yield
    assert list(secrets_used.faults([*Ossgate.all, Commands], [SECRET, WRONG_SECRET])) == []


@pytest.fixture(scope="session")
def signed(tmp_path_factory):
    """Signatures are checked by the emulator."""
    yield from running(
        tmp_path_factory.mktemp("signed"), credentials=[{"accessKeyId": KEY_ID, "accessKeySecret": SECRET}])


@pytest.fixture(scope="session")
def open_pair(tmp_path_factory):
    """No credentials: anonymous requests are allowed."""
    yield from running(tmp_path_factory.mktemp("open"))


@pytest.fixture(scope="session")
def stored(signed):
    """The emulator itself, past the gateway: what is really stored."""
    return oss2.Bucket(
        oss2.Auth(KEY_ID, SECRET), f"http://{signed.gateway.emulator_address}", BUCKET, region=REGION)


@pytest.fixture
def log(signed):
    return signed.log


SHAPES = [
    (kind, signature, style) for kind in (Oss2, OssV2) for signature in ("v1", "v4")
    for style in ("path", "virtual")
]


def shape_name(shape):
    kind, signature, style = shape
    return f"{kind.__name__.lower()}-{signature}-{style}"


# For what only one of them can do.
FIRST = pytest.mark.parametrize("sdk", [shape for shape in SHAPES if shape[0] is Oss2], indirect=True, ids=shape_name)
SECOND = pytest.mark.parametrize("sdk", [shape for shape in SHAPES if shape[0] is OssV2], indirect=True, ids=shape_name)


@pytest.fixture(params=SHAPES, ids=shape_name)
def sdk(request, signed):
    """Each SDK with each signature in each address style."""
    kind, signature, style = request.param
    client = kind(signed.gateway.address, KEY_ID, SECRET, signature, style)
    yield client
    client.close()


@pytest.fixture
def named(request, sdk):
    """A bucket of the test's own, gone in the end."""
    test = request.node.originalname.removeprefix("test_").replace("_", "-")[:40].strip("-")
    name = f"{test}-{sdk.name}"
    sdk.create_bucket(name)
    yield name
    sdk.delete_bucket(name)


@pytest.fixture(params=SHAPES, ids=shape_name)
def make_sdk(request, signed):
    """The same with other credentials: `make_sdk(key_id, secret)`."""
    kind, signature, style = request.param
    made = []

    def make(key_id, secret):
        made.append(kind(signed.gateway.address, key_id, secret, signature, style))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def key(request):
    """A key that no other test uses, as a prefix too."""
    return re.sub(r"[^a-z0-9-]+", "-", request.node.name.lower()).strip("-")
