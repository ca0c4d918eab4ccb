"""The vendor's second Python SDK, alibabacloud-oss-v2."""
import contextlib
import datetime
import types
from unittest import mock

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.presigner
import alibabacloud_oss_v2.signer.v1
import alibabacloud_oss_v2.signer.v4
import alibabacloud_oss_v2.transport
import requests

from sdk import Listing, Part, Sdk, fields_of
from sdk_oss2 import REGION
from transport import Wire


class OssV2(Sdk):
    errors = oss.exceptions.OperationError
    is_first = False

    def __init__(self, address, key_id, secret, signature="v4", style="path", scheme="http"):
        self.name = f"v2-{signature}-{style}"
        self.style = style
        self.key_id, self.secret = key_id, secret
        self.wire = Wire()
        self.configuration = configuration(address, key_id, secret, signature, style, scheme)
        self.configuration.http_client = oss.transport.RequestsHttpClient(adapter=self.wire)
        self.client = oss.Client(self.configuration)

    def describe(self, error, refusal):
        error = error.unwrap()
        if not isinstance(error, oss.exceptions.ServiceError):
            raise error
        describe(error, refusal)

    @contextlib.contextmanager
    def clock(self, seconds):
        """The SDK signs as if it were so many seconds later."""
        class Clock(datetime.datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.datetime.now(tz) + datetime.timedelta(seconds=seconds)

        clock = types.SimpleNamespace(
            datetime=Clock, timezone=datetime.timezone, timedelta=datetime.timedelta)
        with mock.patch.object(oss.signer.v1, "datetime", clock), \
                mock.patch.object(oss.signer.v4, "datetime", clock), \
                mock.patch.object(oss.presigner, "datetime", clock):
            yield

    @contextlib.contextmanager
    def unchecked_names(self):
        """Lets names out that the SDK itself would refuse."""
        with mock.patch.object(oss.validation, "is_valid_bucket_name", lambda name: True), \
                mock.patch.object(oss.validation, "is_valid_object_name", lambda name: True):
            yield

    # Buckets

    def create_bucket(self, bucket):
        self.client.put_bucket(oss.PutBucketRequest(bucket=bucket))

    def delete_bucket(self, bucket):
        self.client.delete_bucket(oss.DeleteBucketRequest(bucket=bucket))

    def buckets(self, prefix=""):
        answer = self.client.list_buckets(oss.ListBucketsRequest(prefix=prefix))
        return [bucket.name for bucket in answer.buckets or []]

    def bucket_info(self, bucket):
        info = self.client.get_bucket_info(oss.GetBucketInfoRequest(bucket=bucket)).bucket_info
        return {"name": info.name, "location": info.location, "storage_class": info.storage_class}

    # Objects

    def put(self, bucket, key, data, **headers):
        with self.unchecked_names():
            return self.client.put_object(
                oss.PutObjectRequest(bucket=bucket, key=key, body=data, headers=fields_of(headers))).headers

    def get(self, bucket, key, span=None, **headers):
        ends = ["" if end is None else str(end) for end in span or ()]
        text = f"bytes={'-'.join(ends)}" if ends else None
        answer = self.client.get_object(
            oss.GetObjectRequest(bucket=bucket, key=key, range_header=text, headers=fields_of(headers)))
        with answer.body as body:
            return b"".join(body.iter_bytes()), answer.headers

    def head(self, bucket, key):
        return self.client.head_object(oss.HeadObjectRequest(bucket=bucket, key=key)).headers

    def exists(self, bucket, key):
        return self.client.is_object_exist(bucket, key)

    def delete(self, bucket, key):
        self.client.delete_object(oss.DeleteObjectRequest(bucket=bucket, key=key))

    def delete_many(self, bucket, keys):
        answer = self.client.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(
            bucket=bucket, objects=[oss.DeleteObject(key=key) for key in keys]))
        return [deleted.key for deleted in answer.deleted_objects or []]

    def append(self, bucket, key, position, data, **headers):
        return self.client.append_object(oss.AppendObjectRequest(
            bucket=bucket, key=key, position=position, body=data, headers=fields_of(headers))).next_position

    def copy(self, bucket, key, source, **headers):
        return self.client.copy_object(oss.CopyObjectRequest(
            bucket=bucket, key=key, source_bucket=bucket, source_key=source,
            headers=fields_of(headers))).etag.strip('"')

    # Listings

    def list(self, bucket, prefix="", delimiter="", after="", count=100):
        page = self.client.list_objects(oss.ListObjectsRequest(
            bucket=bucket, prefix=prefix, delimiter=delimiter, marker=after, max_keys=count))
        return _listing(page, page.next_marker)

    def list_v2(self, bucket, prefix="", delimiter="", token="", after="", count=100):
        page = self.client.list_objects_v2(oss.ListObjectsV2Request(
            bucket=bucket, prefix=prefix, delimiter=delimiter, continuation_token=token or None,
            start_after=after, max_keys=count))
        return _listing(page, page.next_continuation_token)

    # Multipart

    def initiate(self, bucket, key, **headers):
        return self.client.initiate_multipart_upload(
            oss.InitiateMultipartUploadRequest(bucket=bucket, key=key, headers=fields_of(headers))).upload_id

    def upload_part(self, bucket, key, upload, number, data, **headers):
        answer = self.client.upload_part(oss.UploadPartRequest(
            bucket=bucket, key=key, upload_id=upload, part_number=number, body=data, headers=fields_of(headers)))
        return Part(number, answer.etag.strip('"'))

    def copy_part(self, bucket, key, upload, number, source, first, last):
        answer = self.client.upload_part_copy(oss.UploadPartCopyRequest(
            bucket=bucket, key=key, upload_id=upload, part_number=number, source_bucket=bucket,
            source_key=source, source_range=f"bytes={first}-{last}"))
        return Part(number, answer.etag.strip('"'))

    def parts(self, bucket, key, upload, count=1000):
        answer = self.client.list_parts(
            oss.ListPartsRequest(bucket=bucket, key=key, upload_id=upload, max_parts=count))
        return [Part(part.part_number, part.etag.strip('"'), part.size) for part in answer.parts or []]

    def complete(self, bucket, key, upload, parts):
        return self.client.complete_multipart_upload(oss.CompleteMultipartUploadRequest(
            bucket=bucket, key=key, upload_id=upload, complete_multipart_upload=oss.CompleteMultipartUpload(
                parts=[oss.UploadPart(part_number=part.number, etag=part.etag) for part in parts]))).headers

    def abort(self, bucket, key, upload):
        self.client.abort_multipart_upload(
            oss.AbortMultipartUploadRequest(bucket=bucket, key=key, upload_id=upload))

    def uploads(self, bucket, prefix=""):
        answer = self.client.list_multipart_uploads(
            oss.ListMultipartUploadsRequest(bucket=bucket, prefix=prefix))
        return {upload.key: upload.upload_id for upload in answer.uploads or []}

    # Signed URLs

    def presign(self, method, bucket, key, seconds, **headers):
        """The URL, and the fields that have to be sent with it."""
        kind = {"GET": oss.GetObjectRequest, "PUT": oss.PutObjectRequest}[method]
        answer = self.client.presign(
            kind(bucket=bucket, key=key, headers=fields_of(headers)), expires=datetime.timedelta(seconds=seconds))
        return answer.url, dict(answer.signed_headers)

    def send(self, method, url, **options):
        """Sends what does not need the SDK over its connections."""
        session = requests.Session()
        session.mount("http://", self.wire)
        return session.request(method, url, **options)


def configuration(address, key_id, secret, signature="v4", style="path", scheme="http"):
    port = address.rpartition(":")[2]
    values = oss.config.load_default()
    values.region = REGION
    values.signature_version = signature
    values.credentials_provider = oss.credentials.StaticCredentialsProvider(key_id, secret)
    # Virtual-hosted style goes to `bucket.localhost`, the other domain of the configuration.
    values.endpoint = f"{scheme}://{'localhost' if style == 'virtual' else '127.0.0.1'}:{port}"
    return values


def describe(error, refusal):
    refusal.status = error.status_code
    refusal.code = error.code
    refusal.message = error.message
    refusal.request_id = error.request_id
    refusal.ec = error.ec
    refusal.headers = error.headers
    refusal.details = error.error_fileds
    refusal.body = error.snapshot


def _listing(page, following):
    contents = page.contents or []
    return Listing(
        [entry.key for entry in contents], [prefix.prefix for prefix in page.common_prefixes or []],
        page.is_truncated or False, following, {entry.key: entry.size for entry in contents})
