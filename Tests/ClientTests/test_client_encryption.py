"""Uploads in parts under client-side encryption: both SDKs encrypt, and the gateway holds each part against the beginning."""
import dataclasses
import os

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.crypto
import oss2
import pytest
from alibabacloud_oss_v2.encryption_client import EncryptionClient
from Crypto.PublicKey import RSA
from oss2.crypto import RsaProvider
from oss2.models import MultipartUploadCryptoContext, PartInfo

import sdk_v2
from conftest import BUCKET, KEY_ID, SECRET
from sdk_oss2 import REGION

PART = 102_400
DATA = os.urandom(2 * PART + 77)


@pytest.fixture(scope="module")
def keys():
    made = RSA.generate(2048)
    return {
        "private_key": made.export_key().decode(), "public_key": made.public_key().export_key().decode()}


@pytest.fixture
def crypto_bucket(signed, keys):
    provider = RsaProvider(key_pair=keys, mat_desc={"purpose": "test"})
    return oss2.CryptoBucket(
        oss2.make_auth(KEY_ID, SECRET, "v4"), f"http://{signed.gateway.address}", BUCKET, provider,
        region=REGION, is_path_style=True)


def pieces():
    return [(number + 1, DATA[start:start + PART]) for number, start in enumerate(range(0, len(DATA), PART))]


def test_the_first_sdk(crypto_bucket, stored, key):
    context = MultipartUploadCryptoContext(data_size=len(DATA), part_size=PART)
    upload = crypto_bucket.init_multipart_upload(key, upload_context=context).upload_id
    parts = []
    for number, piece in pieces():
        result = crypto_bucket.upload_part(key, upload, number, piece, upload_context=context)
        parts.append(PartInfo(number, result.etag))
    crypto_bucket.complete_multipart_upload(key, upload, parts)
    assert crypto_bucket.get_object(key).read() == DATA
    assert stored.get_object(key).read() != DATA


def test_the_second_sdk(signed, keys, key):
    client = EncryptionClient(
        oss.Client(sdk_v2.configuration(signed.gateway.address, KEY_ID, SECRET, "v4", "path")),
        oss.crypto.MasterRsaCipher(
            mat_desc={"purpose": "test"}, public_key=keys["public_key"], private_key=keys["private_key"]))
    begun = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(
        bucket=BUCKET, key=key, cse_part_size=PART, cse_data_size=len(DATA)))
    parts = []
    for number, piece in pieces():
        result = client.upload_part(oss.UploadPartRequest(
            bucket=BUCKET, key=key, upload_id=begun.upload_id, part_number=number, body=piece,
            cse_multipart_context=begun.cse_multipart_context))
        parts.append(oss.UploadPart(part_number=number, etag=result.etag))
    client.complete_multipart_upload(oss.CompleteMultipartUploadRequest(
        bucket=BUCKET, key=key, upload_id=begun.upload_id,
        complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts)))
    found = client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key))
    assert found.body.content == DATA


def test_parts_that_do_not_fit_the_beginning(crypto_bucket, log, key):
    context = MultipartUploadCryptoContext(data_size=len(DATA), part_size=PART)
    upload = crypto_bucket.init_multipart_upload(key, upload_context=context).upload_id
    place = log.mark()
    result = crypto_bucket.upload_part(key, upload, 1, DATA[:PART], upload_context=context)
    for number, piece in ((2, DATA[:PART - 16]), (3, DATA[:78]), (4, DATA[:16])):
        with pytest.raises(oss2.exceptions.OssError) as caught:
            crypto_bucket.upload_part(key, upload, number, piece, upload_context=context)
        assert (caught.value.status, caught.value.code) == (400, "InvalidEncryptionRequest")
    with pytest.raises(oss2.exceptions.OssError) as caught:
        # The method of the encrypting bucket trips over its own `except` when the service refuses.
        oss2.Bucket.complete_multipart_upload(crypto_bucket, key, upload, [PartInfo(1, result.etag)])
    assert caught.value.code == "InvalidEncryptionRequest"
    assert [record["ossgate.rule"] for record in log.since(place)] == [
        "cse-part-size-differs", "cse-last-part-size-differs", "cse-part-id-too-large",
        "cse-part-list-unexpected"]
    crypto_bucket.abort_multipart_upload(key, upload)


def test_a_wrong_etag(sdk, log, key):
    upload = sdk.initiate(BUCKET, key)
    part = sdk.upload_part(BUCKET, key, upload, 1, b"a")
    place = log.mark()
    with sdk.refused() as refusal:
        sdk.complete(BUCKET, key, upload, [dataclasses.replace(part, etag="0" * 32)])
    assert (refusal.status, refusal.code) == (400, "InvalidPart")
    assert [record["ossgate.rule"] for record in log.since(place)] == ["invalid-part"]
    sdk.complete(BUCKET, key, upload, [part])
