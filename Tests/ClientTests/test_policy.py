"""One policy for every way to upload: what it refuses never reaches the origin, what it allows does, and what it only reports
changes no byte."""
import base64
import json
import os

import oss2
import pytest
import requests

from conftest import BUCKET, KEY_ID, SECRET
from origin import Origin
from ossgate import Ossgate
from rejections import RejectionLog
from sdk_oss2 import REGION, Oss2
from sdk_v2 import OssV2
from wire import Wire

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUg==")
LIMIT = 100_000
PAST = {"notBefore": "2020-01-01T00:00:00Z", "notAfter": "2020-12-31T00:00:00Z"}
ALWAYS = {"from": "00:00", "until": "24:00"}

# One rule for each condition, for the keys below a prefix of its name. Copies have neither size nor content that could be seen:
# the strict rules refuse them, and those of "lax" let them pass.
RULES = {
    "size": {"size": {"max": LIMIT}},
    "type": {"contentType": "image/*"},
    "detected": {"detectedType": "image/*"},
    "key": {"key": "**.png"},
    "encryption": {"encryption": ["AES256", "KMS"]},
    "acl": {"acl": ["default", "private"]},
    "class": {"storageClass": ["default", "Standard", "IA"]},
    "address": {"sourceAddress": "127.0.0.0/8"},
    "no-address": {"sourceAddress": ["10.0.0.0/8", "2001:db8::/32"]},
    "access-key": {"accessKeyId": "LTAIclient*"},
    "no-access-key": {"accessKeyId": ["STS.*", "anonymous"]},
    "time": {"time": ALWAYS},
    "no-time": {"time": PAST},
}
LAX = {"size": RULES["size"], "detected": RULES["detected"]}

# What differs between a request that is allowed and one that is refused: fields, body, key. Where the request says nothing about
# it, the refusal comes from a rule of another prefix.
REQUESTS = {
    "size": ({}, {"body": PNG * (LIMIT // len(PNG) + 1)}),
    "type": ({"fields": {"content-type": "image/png"}}, {"fields": {"content-type": "text/html"}}),
    "detected": ({}, {"body": b"<html><script>"}),
    "key": ({}, {"name": "file.exe"}),
    "encryption": ({"fields": {"x-oss-server-side-encryption": "AES256"}}, {}),
    "acl": ({"fields": {"x-oss-object-acl": "private"}}, {"fields": {"x-oss-object-acl": "public-read"}}),
    "class": ({"fields": {"x-oss-storage-class": "IA"}}, {"fields": {"x-oss-storage-class": "Archive"}}),
    "address": ({}, {"prefix": "no-address"}),
    "access-key": ({}, {"prefix": "no-access-key"}),
    "time": ({}, {"prefix": "no-time"}),
}
VERBS = ["put", "append", "part", "copy", "form", "presigned"]


def rules(mode="enforce"):
    made = [
        {"name": f"lax-{name}", "when": {"operation": "upload", "key": f"*/lax-{name}/**"}, "require": demand}
        for name, demand in LAX.items()]
    made += [
        {"name": f"{name}-rule", "when": {"operation": "upload", "key": f"*/{name}/**"}, "require": demand,
         "unknown": "refuse", "otherwise": {"code": "AccessDenied", "message": f"because of {name}"}}
        for name, demand in RULES.items()]
    return [{**rule, "mode": mode} for rule in made]


def serving(directory, origin, policy, **emulator):
    path = directory / "rejections.log"
    gateway = Ossgate.serve(directory, {
        "origin": {"endpoint": origin}, "policy": policy,
        "log": {"access": "off", "rejections": f"file:{path}"},
        "emulator": {"bind": "127.0.0.1:0", "buckets": [BUCKET], **emulator},
    })
    return gateway, RejectionLog(path, gateway)


@pytest.fixture(scope="module")
def policed(tmp_path_factory):
    gateway, log = serving(
        tmp_path_factory.mktemp("policy"), "embedded", [
            *rules(), {"name": "protected", "when": {"operation": "DeleteObject", "key": "*/protected/**"}, "refuse": True}],
        credentials=[{"accessKeyId": KEY_ID, "accessKeySecret": SECRET}])
    with gateway:
        yield gateway, log


@pytest.fixture(scope="module")
def kept(policed):
    """What is really stored."""
    bucket = oss2.Bucket(
        oss2.Auth(KEY_ID, SECRET), f"http://{policed[0].emulator_address}", BUCKET, region=REGION)
    bucket.put_object("source", PNG, headers={"Content-Type": "text/plain"})
    return bucket


@pytest.fixture(params=[Oss2, OssV2], ids=["oss2", "v2"])
def client(request, policed):
    made = request.param(policed[0].address, KEY_ID, SECRET, "v4", "path")
    yield made
    made.close()


class Call:
    """One upload by one verb. `send` gives the status and the rule that refused, as the client sees them."""

    def __init__(self, client, verb, key, fields, body):
        self.client, self.verb, self.key, self.fields, self.body = client, verb, key, fields, body

    def send(self):
        if self.verb == "presigned":
            return self.presigned()
        try:
            getattr(self, self.verb)()
        except self.client.errors as error:
            from sdk import Refusal
            refusal = Refusal()
            self.client.describe(error, refusal)
            return refusal.status, refusal.code, refusal.headers.get("x-ossgate-rule")
        return 200, None, None

    @property
    def named(self):
        return {name.replace("-", "_"): value for name, value in self.fields.items()}

    def put(self):
        self.client.put(BUCKET, self.key, self.body, **self.named)

    def append(self):
        self.client.append(BUCKET, self.key, 0, self.body, **self.named)

    def part(self):
        upload = self.client.initiate(BUCKET, self.key, **self.named)
        part = self.client.upload_part(BUCKET, self.key, upload, 1, self.body)
        self.client.complete(BUCKET, self.key, upload, [part])

    def copy(self):
        fields = dict(self.named)
        if "content_type" in fields:
            fields["x_oss_metadata_directive"] = "REPLACE"
        self.client.copy(BUCKET, self.key, "source", **fields)

    def presigned(self):
        url, fields = self.client.presign("PUT", BUCKET, self.key, 60, **self.named)
        answer = requests.put(url, self.body, headers=fields, timeout=60)
        code = answer.text.partition("<Code>")[2].partition("</Code>")[0] or None
        return answer.status_code, code, answer.headers.get("x-ossgate-rule")


def parameters(condition, is_good, verb):
    good, bad = REQUESTS[condition]
    chosen = good if is_good else bad
    prefix = chosen.get("prefix", condition)
    if verb == "copy" and condition in LAX:
        # What cannot be seen of a copy is refused or not as the rule says.
        prefix = f"lax-{condition}" if is_good else condition
    return prefix, chosen.get("name", "file.png"), chosen.get("fields", {}), chosen.get("body", PNG)


def expected_rule(prefix):
    return f"{prefix}-rule"


@pytest.mark.parametrize("condition", REQUESTS)
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "form"])
def test_matrix(client, policed, kept, key, verb, condition):
    for is_good in (True, False):
        prefix, name, fields, body = parameters(condition, is_good, verb)
        target = f"{key}-{is_good}".lower() + f"/{prefix}/{name}"
        marker = policed[1].mark()
        status, code, rule = Call(client, verb, target, fields, body).send()
        records = policed[1].since(marker)
        if is_good:
            assert (status, code, rule) == (200, None, None)
            assert records == []
            assert kept.object_exists(target)
            continue
        assert (status, code, rule) == (403, "AccessDenied", expected_rule(prefix))
        assert not kept.object_exists(target)
        [record] = records
        assert (record["ossgate.rule"], record["ossgate.mode"]) == (expected_rule(prefix), "enforce")
        assert len(record["ossgate.policy.hash"]) == 16
        assert (record["oss.bucket"], record["oss.key"]) == (BUCKET, target)


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    """Forms go to an origin that remembers them."""
    with Origin() as origin:
        gateway, log = serving(tmp_path_factory.mktemp("forms"), f"http://{origin.address}", rules())
        with gateway:
            yield gateway, log, origin


FORM_SIGNATURE = {"OSSAccessKeyId": KEY_ID, "policy": base64.b64encode(json.dumps(
    {"expiration": "2099-01-01T00:00:00Z", "conditions": [["starts-with", "$key", ""]]}).encode()).decode(),
    "Signature": "c2lnbmF0dXJl"}


@pytest.mark.parametrize("condition", REQUESTS)
def test_matrix_of_forms(forms, key, condition):
    gateway, log, origin = forms
    for is_good in (True, False):
        prefix, name, fields, body = parameters(condition, is_good, "form")
        before = len(origin.requests)
        marker = log.mark()
        form = {"key": f"{key}/{prefix}/${{filename}}", **FORM_SIGNATURE}
        form.update({
            "x-oss-content-type" if field == "content-type" else field: value for field, value in fields.items()})
        answer = requests.post(
            f"http://{gateway.address}/{BUCKET}", data=form, files={"file": (name, body)}, timeout=60)
        records = log.since(marker)
        if is_good:
            assert (answer.status_code, records) == (200, [])
            assert origin.requests[-1].is_whole and body in origin.requests[-1].body
            continue
        assert answer.status_code == 403, answer.text
        assert answer.headers["x-ossgate-rule"] == expected_rule(prefix)
        assert f"because of {prefix}" in answer.text
        [record] = records
        assert record["ossgate.rule"] == expected_rule(prefix)
        assert not any(request.is_whole for request in origin.requests[before:])


def chunked(pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "counted"])
def test_counted_size(forms, key, declared):
    """Nothing says how long a chunked body will be: it is cut where it passes the limit, and the origin has no whole request."""
    gateway, log, origin = forms
    before = len(origin.requests)
    marker = log.mark()
    piece = PNG + os.urandom(40_000)
    with Wire(gateway.address) as wire:
        head = f"PUT /{BUCKET}/{key}/size/a.png HTTP/1.1\r\nHost: localhost\r\n".encode()
        if declared:
            wire.send(head, f"Content-Length: {len(piece) * 4}\r\n\r\n".encode(), piece * 4)
        else:
            wire.send(head, b"Transfer-Encoding: chunked\r\n\r\n", chunked([piece] * 2))
            origin.wait(lambda seen: len(seen) > before and seen[-1].body_length >= len(piece))
            # The third piece passes the limit; what would follow is not waited for.
            wire.send(chunked([piece]))
        answer = wire.answer(b"PUT")
    assert (answer.status, answer.fields["x-ossgate-rule"]) == (403, "size-rule")
    [record] = log.since(marker)
    assert record["ossgate.rule"] == "size-rule"
    if declared:
        assert record["ossgate.phase"] == "head"
        assert len(origin.requests) == before
    else:
        assert record["ossgate.phase"] == "body"
        assert LIMIT < record["ossgate.body.bytes_seen"] <= len(piece) * 4
        assert not origin.requests[-1].is_whole


@pytest.mark.parametrize("sizes", [(60_000, 60_000), (40_000, 40_000, 40_000)], ids=["two", "three"])
def test_sum_of_parts(client, policed, kept, key, sizes):
    """Each part is small enough, and all of them are not: the part that passes the limit is refused."""
    target = f"{key}/size/parts.png"
    upload = client.initiate(BUCKET, target)
    for number, size in enumerate(sizes[:-1], 1):
        client.upload_part(BUCKET, target, upload, number, PNG + bytes(size - len(PNG)))
    with client.refused() as refusal:
        client.upload_part(BUCKET, target, upload, len(sizes), bytes(sizes[-1]))
    assert (refusal.status, refusal.headers["x-ossgate-rule"]) == (403, "size-rule")
    assert len(kept.list_parts(target, upload).parts) == len(sizes) - 1
    kept.abort_multipart_upload(target, upload)


def test_parts_around_the_gateway(client, policed, kept, key):
    """A part that did not come this way leaves the sum unknown, which this rule does not let pass."""
    target = f"{key}/size/around.png"
    upload = client.initiate(BUCKET, target)
    parts = [client.upload_part(BUCKET, target, upload, 1, PNG * 10)]
    kept.upload_part(target, upload, 2, bytes(LIMIT))
    parts += client.parts(BUCKET, target, upload)[1:]
    with client.refused() as refusal:
        client.complete(BUCKET, target, upload, parts)
    assert (refusal.status, refusal.headers["x-ossgate-rule"]) == (403, "size-rule")
    assert not kept.object_exists(target)
    kept.abort_multipart_upload(target, upload)


def test_keys_in_deletions(client, policed, kept, key):
    """Of several objects that are deleted together one is protected: none of them goes, and the record tells which it was."""
    gateway, log = policed
    loose, protected = [f"{key}/loose/{name}" for name in ("a&b", "中文", " c ")], f"{key}/protected/d"
    for name in [*loose, protected]:
        kept.put_object(name, b"x")
    for delete in (lambda: client.delete_many(BUCKET, [*loose, protected]), lambda: client.delete(BUCKET, protected)):
        marker = log.mark()
        with client.refused() as refusal:
            delete()
        assert (refusal.status, refusal.headers["x-ossgate-rule"]) == (403, "protected")
        [record] = log.since(marker)
        assert record["ossgate.rule"] == "protected"
    assert all(kept.object_exists(name) for name in [*loose, protected])
    marker = log.mark()
    with client.refused():
        client.delete_many(BUCKET, [*loose, protected])
    assert log.since(marker)[0]["ossgate.actual"].endswith(f"for the key {protected}")
    assert sorted(client.delete_many(BUCKET, loose)) == sorted(loose)
    assert not any(kept.object_exists(name) for name in loose)


def uploads(key):
    """Requests of every kind, all of which the policy would refuse."""
    large = os.urandom(300_000)
    form = (
        b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n" + key + b"/detected/x\r\n--b\r\n"
        b"Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n" + large + b"\r\n--b--\r\n")

    def head(method, target, *fields):
        lines = [b"%s /%s/%s HTTP/1.1" % (method, BUCKET.encode(), target), b"Host: localhost", *fields]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def length(body):
        return b"Content-Length: %d" % len(body)

    yield head(b"PUT", key + b"/detected/a", length(b"text")) + b"text"
    yield head(b"PUT", key + b"/size/b", length(large), b"Content-Type: a/b", b"X-Odd:  kept ") + large
    yield head(b"PUT", key + b"/size/c", b"Transfer-Encoding: chunked") + chunked([large[:1000], large]) + b"0\r\n\r\n"
    yield head(b"POST", key + b"/detected/d?append&position=0", length(large)) + large
    yield head(b"PUT", key + b"/detected/e?partNumber=1&uploadId=U", length(large)) + large
    yield head(b"PUT", key + b"/encryption/f", b"x-oss-copy-source: /b/k", b"Content-Length: 0")
    yield head(b"POST", b"", b"Content-Type: multipart/form-data; boundary=b", length(form)) + form
    yield head(b"PUT", key + b"/no-time/g", b"Expect: 100-continue", length(b"1")) + b"1"


def test_reports_change_nothing(tmp_path):
    """The same bytes reach the origin, and the same answers the client, with the policy that only reports as without one."""
    seen, answers = [], []
    sent = list(uploads(b"x"))
    for name, policy in (("without", []), ("reporting", rules("report"))):
        directory = tmp_path / name
        directory.mkdir()
        with Origin() as origin:
            gateway, log = serving(directory, f"http://{origin.address}", policy)
            with gateway:
                for request in sent:
                    with Wire(gateway.address) as wire:
                        wire.send(request)
                        answer = wire.answer(b"PUT")
                        answers.append((answer.status, {
                            field: value for field, value in answer.fields.items() if field != "date"}, answer.body))
                marker = log.mark()
                records = log.records()[:marker - 1]
                metrics = requests.get(f"http://{gateway.admin}/metrics", timeout=60).text
            seen.append([(request.head, request.body, request.is_whole) for request in origin.requests])
    assert seen[0] == seen[1]
    assert len(seen[0]) == len(sent)
    assert answers[:len(sent)] == answers[len(sent):]
    assert [record["ossgate.mode"] for record in records] == ["report"] * len(sent)
    for rule, count in (("detected-rule", 4), ("size-rule", 2), ("encryption-rule", 1), ("no-time-rule", 1)):
        assert [record["ossgate.rule"] for record in records].count(rule) == count
        line = f'ossgate_policy_rules_total{{rule="{rule}",outcome="would_refuse"}} {count}'
        assert line in metrics.splitlines()
