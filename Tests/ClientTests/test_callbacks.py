"""Callbacks ordered with both SDKs, through the gateway: the emulator tells the server of the client, whose answer is the answer."""
import base64
import http.server
import json
import subprocess
import threading
import urllib.parse
import urllib.request

import oss2
import pytest

import conftest
from conftest import BUCKET, KEY_ID, SECRET
from sdk_oss2 import Oss2
from sdk_v2 import OssV2


class Server(http.server.BaseHTTPRequestHandler):
    """What the client's own server is told; it answers as `answer` says."""
    heard = []
    # Of each of them: the URL of the key, the signature, and what was signed.
    signatures = []
    answer = b'{"Status":"OK"}'

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        path, mark, query = self.path.partition("?")
        self.signatures.append((
            base64.b64decode(self.headers["x-oss-pub-key-url"]).decode(),
            base64.b64decode(self.headers["Authorization"]),
            f"{urllib.parse.unquote(path)}{mark}{query}\n{body}".encode()))
        self.heard.append((self.path, self.headers["Content-Type"], body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def told():
    """The address of that server, and what it has heard."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", Server.heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def pair(tmp_path_factory, told):
    # The gateway lets no callback out to a private address, so the server has a name that the emulator knows.
    yield from conftest.running(
        tmp_path_factory.mktemp("callbacks"), credentials=[{"accessKeyId": KEY_ID, "accessKeySecret": SECRET}],
        callback={"allowed": True, "timeout": "10s", "hosts": {"app.example.com": told[0]}})


@pytest.fixture(params=[Oss2, OssV2], ids=lambda kind: kind.__name__.lower())
def sdk(request, pair):
    client = request.param(pair.gateway.address, KEY_ID, SECRET, "v4", "path")
    yield client
    client.close()


def order(url, body="object=${object}&size=${size}&who=${x:who}"):
    callback = {"callbackUrl": url, "callbackBody": body, "callbackBodyType": "application/x-www-form-urlencoded"}
    return {
        "x_oss_callback": base64.b64encode(json.dumps(callback).encode()).decode(),
        "x_oss_callback_var": base64.b64encode(b'{"x:who":"me"}').decode()}


def stored(pair, key):
    bucket = oss2.Bucket(
        oss2.Auth(KEY_ID, SECRET), f"http://{pair.gateway.emulator_address}", BUCKET, region=conftest.REGION)
    return bucket.get_object(key).read()


def test_the_server_is_told(sdk, pair, told, key):
    del told[1][:]
    sdk.put(BUCKET, key, b"12345", **order("http://app.example.com/done"))
    assert told[1] == [("/done", "application/x-www-form-urlencoded", f"object={key}&size=5&who=me")]
    assert stored(pair, key) == b"12345"


def test_the_callback_is_signed(sdk, told, key, tmp_path):
    """As servers check it: the key from where the request says it is, over decoded path, query and body."""
    del Server.signatures[:]
    sdk.put(BUCKET, key, b"12345", **order("http://app.example.com/a%20b/done?c=%20d"))
    (url, signature, message), = Server.signatures
    assert urllib.parse.urlsplit(url).hostname == "127.0.0.1"
    key_file, signature_file = tmp_path / "key.pem", tmp_path / "signature"
    key_file.write_bytes(urllib.request.urlopen(url, timeout=30).read())
    signature_file.write_bytes(signature)

    def verify(text):
        return subprocess.run(
            ["openssl", "dgst", "-md5", "-verify", key_file, "-signature", signature_file], input=text,
            capture_output=True, timeout=60).returncode
    assert message.startswith(b"/a b/done?c=%20d\nobject=")
    assert verify(message) == 0
    assert verify(message + b"x") != 0


def test_the_body_may_be_a_document(sdk, told, key):
    del told[1][:]
    callback = {
        "callbackUrl": "http://app.example.com/json", "callbackBodyType": "application/json",
        "callbackBody": '{"object":${object},"size":${size},"who":${x:who},"type":${mimeType}}'}
    variables = {"x:who": 'a "quoted" name'}
    sdk.put(
        BUCKET, key, b"12345", x_oss_callback=base64.b64encode(json.dumps(callback).encode()).decode(),
        x_oss_callback_var=base64.b64encode(json.dumps(variables).encode()).decode())
    (path, kind, body), = told[1]
    assert (path, kind) == ("/json", "application/json")
    found = json.loads(body)
    assert (found["object"], found["size"], found["who"]) == (key, 5, 'a "quoted" name')


def test_a_host_that_is_not_allowed(sdk, pair, told, key):
    del told[1][:]
    # 203 is no failure to the first SDK; the object is there whatever an SDK makes of it.
    try:
        sdk.put(BUCKET, key, b"12345", **order("http://other.example.com/done"))
    except sdk.errors as error:
        assert "CallbackFailed" in str(error)
    assert told[1] == []
    assert stored(pair, key) == b"12345"
