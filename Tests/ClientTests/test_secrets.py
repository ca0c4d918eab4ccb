"""The search for secrets in outputs finds them: a test of what the whole run is held to at its end."""
import base64
import hashlib
import hmac
import json

import requests

import secrets_used
from conftest import BUCKET, KEY_ID, SECRET
from ossgate import PATIENCE, Ossgate

TOKEN = "CAISuQJ1q6Ft5B2yfSjIr5bE" + "TheTokenOfTheTests"


class Fake:
    def __init__(self, text):
        self.text = text

    def outputs(self):
        return [("fake", self.text)]


def test_what_is_sent_is_noted_and_what_is_told_is_found(tmp_path):
    """A form, a header and a URL full of secrets, all refused: the log has the refusals, and no secret."""
    path, access = tmp_path / "rejections.log", tmp_path / "access.log"
    policy = base64.b64encode(json.dumps({
        "expiration": "2000-01-01T00:00:00.000Z", "conditions": [{"bucket": BUCKET}]}).encode()).decode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), policy.encode(), hashlib.sha1)).decode()
    with Ossgate.serve(tmp_path, {
            "log": {"rejections": f"file:{path}", "access": "combined", "accessTo": f"file:{access}"},
            "emulator": {"buckets": [BUCKET], "bind": "127.0.0.1:0"}}) as gateway:
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
    for secret in (policy, signature, TOKEN):
        assert secret in secrets_used.used
    texts = dict(gateway.outputs())
    assert {name.rpartition("/")[2] for name in texts} >= {"rejections.log", "access.log", "stderr", "metrics"}
    assert texts[str(path)].count("\n") == 3 and texts[str(access)].count("\n") == 3
    assert list(secrets_used.faults([gateway], [SECRET])) == []
    # Each would be found, as it is or percent-encoded, alone or in a text.
    for secret in (policy, signature, TOKEN, SECRET):
        for text in (secret, f'{{"url.query":"a=b&Signature={secret}&c=d"}}', f"OSS {KEY_ID}:{secret}\n"):
            assert list(secrets_used.faults([Fake(text)], [SECRET])), text
    assert list(secrets_used.faults([Fake("Signature=REDACTED")], [SECRET])) == []
