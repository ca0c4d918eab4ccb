"""The search for secrets in outputs finds them: a test of what the whole run is held to at its end."""
import base64
import hashlib
import hmac
import json

import socket

import requests

import secrets_used
from conftest import BUCKET, KEY_ID, SECRET
from ossgate import PATIENCE, Commands, Ossgate, run

TOKEN = "CAISuQJ1q6Ft5B2yfSjIr5bE" + "TheTokenOfTheTests"


class Fake:
    def __init__(self, text):
        self.text = text

    def outputs(self):
        return [("fake", self.text)]


def send(gateway):
    """A form, a header and URLs of both versions full of secrets, all refused; gives the secrets."""
    policy = base64.b64encode(json.dumps({
        "expiration": "2000-01-01T00:00:00.000Z", "conditions": [{"bucket": BUCKET}]}).encode()).decode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), policy.encode(), hashlib.sha1)).decode()
    v4 = hmac.digest(SECRET.encode(), policy.encode(), hashlib.sha256).hex()
    url = f"http://{gateway.address}/{BUCKET}"
    form = requests.post(url + "/", timeout=PATIENCE, files=[
        ("key", (None, "key")), ("OSSAccessKeyId", (None, KEY_ID)), ("policy", (None, policy)),
        ("Signature", (None, signature)), ("x-oss-security-token", (None, TOKEN)), ("file", ("a", b"abc"))])
    assert "Policy expired" in form.text
    head = requests.put(url + "/key", b"x", timeout=PATIENCE, headers={
        "Authorization": f"OSS {KEY_ID}:{signature}", "x-oss-security-token": TOKEN, "Content-MD5": "x",
        "Date": "Thu, 01 Jan 1970 00:00:00 GMT", "Referer": f"http://example.com/?Signature={signature}"})
    assert head.status_code in (400, 403)
    query = requests.get(url + "/key", timeout=PATIENCE, params={
        "OSSAccessKeyId": KEY_ID, "Expires": "1", "Signature": signature, "security-token": TOKEN, "policy": policy})
    assert query.status_code == 403
    query = requests.get(url + "/key", timeout=PATIENCE, params={
        "x-oss-signature-version": "OSS4-HMAC-SHA256", "x-oss-date": "20200101T000000Z", "x-oss-expires": "1",
        "x-oss-credential": f"{KEY_ID}/20200101/cn-hangzhou/oss/aliyun_v4_request", "x-oss-signature": v4,
        "x-oss-security-token": TOKEN})
    assert query.status_code == 403
    return policy, signature, v4, TOKEN


def test_no_other_way_out_tells_a_secret(tmp_path):
    """Datagrams of syslog, refusals as they come, the configuration, and the commands that read them back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE)
        with Ossgate.serve(tmp_path, {
                "log": {"rejections": f"syslog+udp://127.0.0.1:{server.getsockname()[1]}"},
                "emulator": {"buckets": [BUCKET], "credentials": [
                    {"accessKeyId": KEY_ID, "accessKeySecret": SECRET}]}}) as gateway:
            stream = requests.get(
                f"http://{gateway.admin}/rejections", headers={"Accept": "text/event-stream"}, stream=True, timeout=PATIENCE)
            events = stream.iter_lines(chunk_size=1, decode_unicode=True)
            assert next(events) == ":"
            sent = send(gateway)
            for _ in range(4):
                gateway.keep("syslog", server.recv(65536).decode())
                gateway.keep("events", next(line for line in events if line.startswith("data: ")) + "\n")
            stream.close()
    texts = dict(gateway.outputs())
    assert texts["syslog"].count("REDACTED") >= 5 and texts["events"].count("REDACTED") >= 5
    assert "REDACTED" in texts["config"] and "REDACTED" in texts["rejections"]
    assert set(sent) <= secrets_used.used
    log = tmp_path / "rejections.log"
    log.write_text("".join(line.removeprefix("data: ") + "\n" for line in texts["events"].splitlines()))
    commands = [run("rejections", "--log", log), run("rejections", "--log", log, "--json")]
    commands += [run("explain", json.loads(line)["ossgate.request_id"], "--log", log) for line in log.open()]
    assert all(done.returncode == 0 for done in commands)
    assert list(secrets_used.faults([gateway, Commands], [SECRET])) == []


def test_what_is_sent_is_noted_and_what_is_told_is_found(tmp_path):
    """The logs have the refusals, and no secret."""
    path, access = tmp_path / "rejections.log", tmp_path / "access.log"
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": f"file:{path}", "access": "combined", "accessTo": f"file:{access}"},
            "emulator": {"buckets": [BUCKET], "bind": "127.0.0.1:0"}}) as gateway:
        policy, signature, v4, _ = send(gateway)
    for secret in (policy, signature, v4, TOKEN):
        assert secret in secrets_used.used
    texts = dict(gateway.outputs())
    assert {name.rpartition("/")[2] for name in texts} >= {"rejections.log", "access.log", "stderr", "metrics"}
    assert texts[str(path)].count("\n") == 4 and texts[str(access)].count("\n") == 4
    assert list(secrets_used.faults([gateway], [SECRET])) == []
    # Each would be found, as it is or percent-encoded, alone or in a text.
    for secret in (policy, signature, TOKEN, SECRET):
        for text in (secret, f'{{"url.query":"a=b&Signature={secret}&c=d"}}', f"OSS {KEY_ID}:{secret}\n"):
            assert list(secrets_used.faults([Fake(text)], [SECRET])), text
    assert list(secrets_used.faults([Fake("Signature=REDACTED")], [SECRET])) == []
