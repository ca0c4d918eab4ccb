"""Forms, as browsers and mobile apps send them, through the gateway to the emulator: signed as each version asks for it."""
import base64
import datetime
import hashlib
import hmac
import json

import oss2
import pytest
import requests

from conftest import BUCKET, KEY_ID, SECRET, WRONG_SECRET

HOST = f"{BUCKET}.oss-cn-hangzhou.aliyuncs.com"


def policy(*conditions, seconds=600):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    text = json.dumps({
        "expiration": end.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "conditions": [{"bucket": BUCKET}, *conditions]})
    return base64.b64encode(text.encode()).decode()


def v1(text, secret=SECRET):
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return {"OSSAccessKeyId": KEY_ID, "policy": text, "Signature": base64.b64encode(digest).decode()}


def v4(text, secret=SECRET):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/cn-hangzhou/oss/aliyun_v4_request"
    signing = f"aliyun_v4{secret}".encode()
    for part in scope.split("/"):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    return {
        "x-oss-signature-version": "OSS4-HMAC-SHA256", "x-oss-credential": f"{KEY_ID}/{scope}", "x-oss-date": now,
        "policy": text, "x-oss-signature": hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()}


def post(pair, key, sign, content=b"the content", name="photo.jpg", **fields):
    named = {field.replace("_", "-"): value for field, value in fields.items()}
    return requests.post(
        f"http://{pair.gateway.address}/", headers={"Host": HOST}, data={"key": key, **sign, **named},
        files={"file": (name, content, "image/jpeg")}, allow_redirects=False, timeout=60)


@pytest.mark.parametrize("sign", [v1, v4])
def test_a_form_makes_an_object(signed, stored, key, sign):
    answer = post(signed, f"{key}/${{filename}}", sign(policy(["starts-with", "$key", key])), x_oss_meta_color="blue")
    assert answer.status_code == 204, answer.text
    found = stored.get_object(f"{key}/photo.jpg")
    assert found.read() == b"the content"
    assert found.headers["Content-Type"] == "image/jpeg"
    assert found.headers["x-oss-meta-color"] == "blue"
    assert answer.headers["ETag"] == found.headers["ETag"]


@pytest.mark.parametrize("sign", [v1, v4])
def test_what_a_form_is_answered(signed, stored, key, sign):
    text = policy()
    created = post(signed, key, {**sign(text), "success_action_status": "201"})
    assert created.status_code == 201
    assert "<PostResponse>" in created.text
    moved = post(signed, key, {**sign(text), "success_action_redirect": "http://127.0.0.1:1/done"})
    assert moved.status_code == 303
    assert moved.headers["Location"].startswith("http://127.0.0.1:1/done?bucket=")


@pytest.mark.parametrize("sign", [v1, v4])
def test_forms_that_are_refused(signed, stored, key, sign):
    for answer, status, code in [
            (post(signed, key, sign(policy(), WRONG_SECRET)), 403, "SignatureDoesNotMatch"),
            (post(signed, key, sign(policy(seconds=-5))), 403, "AccessDenied"),
            (post(signed, key, sign(policy(["eq", "$key", "other"]))), 403, "AccessDenied"),
            (post(signed, key, sign(policy(["content-length-range", 0, 5]))), 400, "EntityTooLarge"),
            (post(signed, key, sign(policy(["content-length-range", 50, 60]))), 400, "EntityTooSmall"),
            (post(signed, key, {}), 403, "AccessDenied")]:
        assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, True), answer.text
    with pytest.raises(oss2.exceptions.NoSuchKey):
        stored.get_object(key)


def test_a_large_form(signed, stored, key):
    content = bytes(range(256)) * 40_000
    digest = base64.b64encode(hashlib.md5(content).digest()).decode()
    assert post(signed, key, v4(policy()), content).status_code == 204
    assert stored.get_object(key).read() == content
    refused = requests.post(
        f"http://{signed.gateway.address}/", headers={"Host": HOST, "Content-MD5": digest},
        data={"key": key + "-wrong", **v4(policy())}, files={"file": content}, timeout=60)
    assert "InvalidDigest" in refused.text, "the digest is that of the whole form"
    assert not stored.object_exists(key + "-wrong")
