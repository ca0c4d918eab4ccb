"""One shape for both SDKs, so that a test is written once. It adds nothing to what they do: every call here is one call of the
SDK, and every value is what the SDK answered."""
import contextlib
import dataclasses


@dataclasses.dataclass
class Refusal:
    """What an SDK tells of an error that the service answered."""
    status: int = 0
    code: str = ""
    message: str = ""
    request_id: str = ""
    ec: str = ""
    headers: dict = dataclasses.field(default_factory=dict)
    details: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""


@dataclasses.dataclass
class Listing:
    keys: list
    prefixes: list
    is_truncated: bool
    # What continues the listing.
    next: str
    sizes: dict


@dataclasses.dataclass
class Part:
    number: int
    etag: str
    size: int = None


def fields_of(named):
    """`content_md5` as Content-MD5 and so on: names of arguments cannot have hyphens."""
    return {name.replace("_", "-"): value for name, value in named.items()}


class Sdk:
    """A client of one endpoint with one key pair. Subclasses are the SDKs."""
    # The SDK, the signature and the address style, such as "oss2-v4-virtual".
    name = ""
    wire = None

    @contextlib.contextmanager
    def refused(self):
        """Expects the error that the SDK raises for an answer of the service; its parts are filled in at the end."""
        refusal = Refusal()
        try:
            yield refusal
        except self.errors as error:
            self.describe(error, refusal)
        else:
            raise AssertionError("the SDK raised nothing")

    @contextlib.contextmanager
    def unchecked_names(self):
        """Lets names out that the SDK itself would refuse."""
        yield

    def close(self):
        self.wire.close()
