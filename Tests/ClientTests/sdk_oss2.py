"""The vendor's first Python SDK, oss2."""
import contextlib
import datetime
import email.utils
import time
from unittest import mock

import oss2
import oss2.models
import requests

from sdk import Listing, Part, Sdk, fields_of
from transport import Wire

REGION = "cn-hangzhou"


class Oss2(Sdk):
    errors = oss2.exceptions.OssError
    is_first = True

    def __init__(self, address, key_id, secret, signature="v4", style="path", scheme="http"):
        self.name = f"oss2-{signature}-{style}"
        self.signature = signature
        self.style = style
        self.key_id, self.secret = key_id, secret
        host = "oss-cn-hangzhou.aliyuncs.com" if style == "virtual" else "127.0.0.1"
        self.endpoint = f"{scheme}://{host}:{address.rpartition(':')[2]}"
        self.auth = oss2.make_auth(key_id, secret, signature)
        self.wire = Wire()
        self.session = oss2.Session(adapter=self.wire)

    def bucket(self, name):
        """Names that the SDK itself would refuse are put in behind its back."""
        bucket = oss2.Bucket(
            self.auth, self.endpoint, "placeholder", session=self.session, region=REGION,
            is_path_style=self.style == "path")
        bucket.bucket_name = name
        return bucket

    @property
    def service(self):
        return oss2.Service(self.auth, self.endpoint, session=self.session, region=REGION)

    def describe(self, error, refusal):
        if error.status < 0:
            raise error
        refusal.status = error.status
        refusal.code = error.code
        refusal.message = error.message
        refusal.request_id = error.request_id
        refusal.ec = error.ec
        refusal.headers = error.headers
        refusal.details = error.details
        refusal.body = error.body

    @contextlib.contextmanager
    def clock(self, seconds):
        """The SDK signs as if it were so many seconds later."""
        class Clock(datetime.datetime):
            @classmethod
            def utcnow(cls):
                return datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)

        def now():
            return time.time() + seconds

        with mock.patch.object(oss2.auth, "datetime", Clock), \
                mock.patch.object(oss2.auth, "time", mock.Mock(time=now)), \
                mock.patch.object(
                    oss2.utils, "http_date", lambda: email.utils.formatdate(now(), usegmt=True)):
            yield

    # Buckets

    def create_bucket(self, bucket):
        self.bucket(bucket).create_bucket()

    def delete_bucket(self, bucket):
        self.bucket(bucket).delete_bucket()

    def buckets(self, prefix=""):
        return [bucket.name for bucket in self.service.list_buckets(prefix=prefix).buckets]

    def bucket_info(self, bucket):
        info = self.bucket(bucket).get_bucket_info()
        return {"name": info.name, "location": info.location, "storage_class": info.storage_class}

    # Objects

    def put(self, bucket, key, data, **headers):
        return self.bucket(bucket).put_object(key, data, headers=fields_of(headers)).headers

    def get(self, bucket, key, span=None, **headers):
        answer = self.bucket(bucket).get_object(key, byte_range=span, headers=fields_of(headers))
        return answer.read(), answer.headers

    def head(self, bucket, key):
        return self.bucket(bucket).head_object(key).headers

    def exists(self, bucket, key):
        return self.bucket(bucket).object_exists(key)

    def delete(self, bucket, key):
        self.bucket(bucket).delete_object(key)

    def delete_many(self, bucket, keys):
        return self.bucket(bucket).batch_delete_objects(keys).deleted_keys

    def append(self, bucket, key, position, data, **headers):
        return self.bucket(bucket).append_object(key, position, data, headers=fields_of(headers)).next_position

    def copy(self, bucket, key, source, **headers):
        return self.bucket(bucket).copy_object(bucket, source, key, headers=fields_of(headers)).etag

    # Listings

    def list(self, bucket, prefix="", delimiter="", after="", count=100):
        page = self.bucket(bucket).list_objects(prefix, delimiter, after, count)
        return _listing(page, page.next_marker)

    def list_v2(self, bucket, prefix="", delimiter="", token="", after="", count=100):
        page = self.bucket(bucket).list_objects_v2(prefix, delimiter, token, after, max_keys=count)
        return _listing(page, page.next_continuation_token)

    # Multipart

    def initiate(self, bucket, key, **headers):
        return self.bucket(bucket).init_multipart_upload(key, headers=fields_of(headers)).upload_id

    def upload_part(self, bucket, key, upload, number, data, **headers):
        answer = self.bucket(bucket).upload_part(key, upload, number, data, headers=fields_of(headers))
        return Part(number, answer.etag)

    def copy_part(self, bucket, key, upload, number, source, first, last):
        answer = self.bucket(bucket).upload_part_copy(bucket, source, (first, last), key, upload, number)
        return Part(number, answer.etag)

    def parts(self, bucket, key, upload, count=1000):
        answer = self.bucket(bucket).list_parts(key, upload, max_parts=count)
        return [Part(part.part_number, part.etag, part.size) for part in answer.parts]

    def complete(self, bucket, key, upload, parts):
        infos = [oss2.models.PartInfo(part.number, part.etag) for part in parts]
        return self.bucket(bucket).complete_multipart_upload(key, upload, infos).headers

    def abort(self, bucket, key, upload):
        self.bucket(bucket).abort_multipart_upload(key, upload)

    def uploads(self, bucket, prefix=""):
        answer = self.bucket(bucket).list_multipart_uploads(prefix=prefix)
        return {upload.key: upload.upload_id for upload in answer.upload_list}

    # Signed URLs

    def presign(self, method, bucket, key, seconds, **headers):
        """The URL, and the fields that have to be sent with it."""
        fields = fields_of(headers)
        return self.bucket(bucket).sign_url(method, key, seconds, headers=dict(fields)), fields

    def send(self, method, url, **options):
        """Sends what does not need the SDK over its connections."""
        session = requests.Session()
        session.mount("http://", self.wire)
        return session.request(method, url, **options)


def _listing(page, following):
    return Listing(
        [entry.key for entry in page.object_list], list(page.prefix_list), page.is_truncated, following,
        {entry.key: entry.size for entry in page.object_list})
