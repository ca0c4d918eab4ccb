"""`ossgate lint`: what people sign and write by themselves, checked without a request."""
import base64
import json
import subprocess

import oss2
import pytest

from conftest import KEY_ID, SECRET
from ossgate import BINARY, PATIENCE, environment, run
from sdk_oss2 import REGION

ENDPOINT = "https://oss-cn-hangzhou.aliyuncs.com"


def words(text):
    return " ".join(text.split())


def encoded(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize("auth", [oss2.Auth, oss2.AuthV4], ids=["v1", "v4"])
def test_urls_of_the_sdk(auth):
    bucket = oss2.Bucket(auth(KEY_ID, SECRET), ENDPOINT, "photos", region=REGION)
    url = bucket.sign_url("PUT", "incoming/cat 1.png", 600, slash_safe=True, headers={"Content-Type": "image/png"})
    done = run("lint", "url", url, "--method", "PUT", "--header", "Content-Type: image/png")
    assert (done.returncode, done.stderr) == (0, "")
    told = words(done.stdout)
    for text in ("operation PutObject", "bucket photos", "key incoming/cat 1.png", "ends 20", KEY_ID,
                 "No rule has anything against it."):
        assert text in told
    # A signature is no business of whoever looks over one's shoulder.
    assert SECRET not in done.stdout and "Signature" not in done.stdout
    late = bucket.sign_url("GET", "a", 1)
    expired = late.replace(f"Expires={late.partition('Expires=')[2].partition('&')[0]}", "Expires=1") \
        if auth is oss2.Auth else late.replace(late.partition("x-oss-date=")[2][:16], "20200101T000000Z")
    done = run("lint", "url", expired)
    assert done.returncode == 65 and "query-expired" in done.stdout and "sign the URL again" in words(done.stdout)


@pytest.mark.parametrize("url, said", [
    ("https://photos.oss-cn-hangzhou.aliyuncs.com/a?OSSAccessKeyId=K&Signature=c2ln", "query-auth-incomplete"),
    ("https://photos.oss-cn-hangzhou.aliyuncs.com/a?OSSAccessKeyId=K&Expires=soon&Signature=c2ln", "query-expires-invalid"),
    ("https://photos.oss-cn-hangzhou.aliyuncs.com//a", "invalid-object-name"),
    ("https://Not_A_Bucket.oss-cn-hangzhou.aliyuncs.com/a", "bucket"),
])
def test_wrong_urls(url, said):
    done = run("lint", "url", url)
    assert done.returncode == 65 and said in done.stdout and "No rule" not in done.stdout


def test_every_failure_is_told():
    done = run("lint", "url", "https://photos.oss-cn-hangzhou.aliyuncs.com//a?OSSAccessKeyId=K&Expires=1")
    assert done.returncode == 65
    for rule in ("invalid-object-name", "query-auth-incomplete", "query-expired"):
        assert rule in done.stdout


def test_policies_of_forms():
    policy = {"expiration": "2099-01-01T00:00:00.000Z", "conditions": [
        {"bucket": "photos"}, ["starts-with", "$key", "incoming/"], ["content-length-range", 1, 1000]]}
    for text in (encoded(policy), json.dumps(policy)):
        done = run("lint", "post-policy", text)
        assert (done.returncode, done.stderr) == (0, "")
        assert 'condition ["starts-with", "$key", "incoming/"]' in words(done.stdout)
        assert "ends 2099-01-01T00:00:00.000Z" in words(done.stdout)
    for change, said in (
            ({"expiration": "2001-01-01T00:00:00.000Z"}, "policy-expired"),
            ({"expiration": "tomorrow"}, "expiration is absent, or no time"),
            ({"conditions": []}, "policy-simple-condition"),
            ({"conditions": [["like", "$key", "a"]]}, "conditions[0] has none of the forms")):
        done = run("lint", "post-policy", encoded({**policy, **change}))
        assert done.returncode == 65 and said in words(done.stdout)
    done = run("lint", "post-policy", '{"conditions": [')
    assert done.returncode == 65 and "policy-json" in done.stdout
    assert "not Base64" in run("lint", "post-policy", "???").stdout


def test_callbacks():
    callback = {"callbackUrl": "https://example.com/done", "callbackBody": "bucket=${bucket}&x=${x:one}"}
    done = run("lint", "callback", encoded(callback), "--variables", json.dumps({"x:one": "1"}))
    assert (done.returncode, done.stderr) == (0, "")
    assert "hosts example.com" in words(done.stdout)
    for change, said in (
            ({"callbackUrl": "http://10.0.0.1/"}, "callback-private-address"),
            ({"callbackUrl": ""}, "callback-url"), ({"callbackBody": ""}, "callback-content")):
        done = run("lint", "callback", json.dumps({**callback, **change}))
        assert done.returncode == 65 and said in done.stdout, said
    assert "callback-form" in run("lint", "callback", "{").stdout
    done = run("lint", "callback", encoded(callback), "--variables", '{"X": 1}')
    assert done.returncode == 65 and "callback-var" in done.stdout


def test_keys():
    done = run("lint", "key", "incoming/a b/中文.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert "in a URL incoming/a%20b/%E4%B8%AD%E6%96%87.png" in words(done.stdout)
    for key in ("/a", "\\a", "a" * 1024):
        done = run("lint", "key", key)
        assert done.returncode == 65 and "invalid-object-name" in done.stdout
    assert run("lint", "key", "a" * 1023).returncode == 0
    done = run("lint", "key", "")
    assert done.returncode == 65 and "object-name-empty" in done.stdout
    # From the standard input, bytes that are no text among them; and nothing of it can move the cursor.
    for data, code in ((b"a/b\n", 0), (b"a\xff", 65), (b"\x1b[2J", 0), (b"x" * (1 << 20) + b"xx", 65)):
        done = subprocess.run(
            [BINARY, "lint", "key", "-"], input=data, capture_output=True, timeout=PATIENCE, env=environment())
        assert done.returncode == code and b"\x1b" not in done.stdout


def test_wrong_command_lines():
    for arguments in (
            ["key"], ["keys", "a"], ["key", "a", "--method", "PUT"], ["key", "a", "--variables", "{}"],
            ["url", "http://a/b", "--header", "a: b\nc: d"]):
        done = run("lint", *arguments)
        assert (done.returncode, done.stdout) == (64, ""), arguments
    for url in ("ftp://a/b", "photos/a", "http://a/b c", "http://a/\u00e9"):
        done = run("lint", "url", url)
        assert (done.returncode, done.stdout) == (65, ""), url
