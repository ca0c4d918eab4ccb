"""Temporary keys with their tokens, through both SDKs: in the head and in URLs, with both signatures."""
from xml.etree import ElementTree

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests

import conftest
from conftest import BUCKET, KEY_ID, SECRET, SHAPES, shape_name
from sdk_oss2 import Oss2

TOKEN = "TokenOfTheClientTests+/3c9e=="
OTHER_ID = "LTAIclienttests02"
OTHER_TOKEN = "OtherTokenOfTheClientTests/77b1"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    yield from conftest.running(tmp_path_factory.mktemp("temporary"), credentials=[
        {"accessKeyId": KEY_ID, "accessKeySecret": SECRET, "securityToken": TOKEN},
        {"accessKeyId": OTHER_ID, "accessKeySecret": SECRET, "securityToken": OTHER_TOKEN}])


@pytest.fixture(params=SHAPES, ids=shape_name)
def client(request, pair):
    """`client(token)`: the SDK with the key and that token, or none."""
    kind, signature, style = request.param
    made = []

    def make(token):
        sdk = kind(pair.gateway.address, KEY_ID, SECRET, signature, style)
        if kind is Oss2 and token:
            sdk.auth = oss2.StsAuth(KEY_ID, SECRET, token, auth_version=signature)
        elif token:
            sdk.configuration.credentials_provider = oss.credentials.StaticCredentialsProvider(KEY_ID, SECRET, token)
            sdk.client = oss.Client(sdk.configuration)
        made.append(sdk)
        return sdk

    yield make
    for sdk in made:
        sdk.close()


REFUSED = [(None, "InvalidAccessKeyId"), ("wrong", "InvalidSecurityToken"),
           (OTHER_TOKEN, "AccessKeyIdAndSecurityTokenNotMatch")]


def test_a_round_with_the_token(client, key):
    sdk = client(TOKEN)
    sdk.put(BUCKET, key, b"temporary")
    assert sdk.get(BUCKET, key)[0] == b"temporary"
    assert key in sdk.list(BUCKET, prefix=key).keys
    upload = sdk.initiate(BUCKET, key)
    sdk.complete(BUCKET, key, upload, [sdk.upload_part(BUCKET, key, upload, 1, b"part")])
    sdk.delete(BUCKET, key)
    assert not sdk.exists(BUCKET, key)


@pytest.mark.parametrize("token,code", REFUSED)
def test_tokens_that_do_not_fit(client, key, token, code):
    sdk = client(token)
    with sdk.refused() as refusal:
        sdk.put(BUCKET, key, b"x")
    assert (refusal.status, refusal.code) == (403, code)
    assert len(refusal.request_id) == 24


def test_signed_urls(client, key):
    sdk = client(TOKEN)
    url, fields = sdk.presign("PUT", BUCKET, key, 60)
    assert requests.put(url, b"by URL", headers=fields, timeout=60).status_code == 200
    url, fields = sdk.presign("GET", BUCKET, key, 60)
    assert requests.get(url, headers=fields, timeout=60).content == b"by URL"


@pytest.mark.parametrize("token,code", REFUSED)
def test_signed_urls_that_do_not_fit(client, key, token, code):
    url, fields = client(token).presign("GET", BUCKET, key, 60)
    answer = requests.get(url, headers=fields, timeout=60)
    assert (answer.status_code, ElementTree.fromstring(answer.content).findtext("Code")) == (403, code)
