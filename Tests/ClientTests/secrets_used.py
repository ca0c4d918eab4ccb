"""Every secret that the tests send, as it goes out of a socket, and every output of the gateways: none may be in one.

What counts as a secret: values of Authorization and of security tokens in heads, signatures, tokens and policies in queries
and in forms. They are taken from the bytes that sockets send, so that no client and no test can forget to tell them.
"""
import re
import socket
import urllib.parse

NAMES = rb"signature|x-oss-signature|security-token|x-oss-security-token|policy|x-amz-signature|x-amz-security-token"
PATTERNS = [
    re.compile(rb"^authorization:[ \t]*(?:OSS [^:\r]*:|[^\r]*?signature=)([^\s,\r]+)", re.I | re.M),
    re.compile(rb"^x-oss-security-token:[ \t]*([^\r]+)", re.I | re.M),
    re.compile(rb"[?&](?:" + NAMES + rb")=([^&\s]+)", re.I),
    re.compile(rb'form-data; name="(?:' + NAMES + rb')"\r\n(?:[^\r]+\r\n)*\r\n([^\r]+)\r\n', re.I),
]
# Shorter ones are words that tests use in place of a secret, such as "x"; they stand in outputs by chance.
LENGTH_MIN = 12
SCANNED_MAX = 64 * 1024
TOKEN = re.compile(r"[A-Za-z0-9+/=%._~:-]{12,}")

used = set()


def note(data):
    """Keeps the secrets in the beginning of what is sent."""
    head = bytes(memoryview(data)[:SCANNED_MAX]) if not isinstance(data, bytes) else data[:SCANNED_MAX]
    for pattern in PATTERNS:
        for value in pattern.findall(head):
            text = value.decode("latin-1").strip()
            used.update(form for form in (text, urllib.parse.unquote(text)) if len(form) >= LENGTH_MIN)


def listen():
    """From now on every socket is listened to."""
    for name in ("send", "sendall"):
        def hooked(self, data, *rest, plain=getattr(socket.socket, name)):
            note(data)
            return plain(self, data, *rest)
        setattr(socket.socket, name, hooked)


def told(text, secrets):
    """The secrets that a text has in it."""
    tokens = set(TOKEN.findall(text))
    pieces = {piece for token in tokens for piece in re.split(r"[=:]", token, maxsplit=1)} | tokens
    return (pieces & secrets) | {secret for secret in secrets if len(secret) < 40 and " " in secret and secret in text}


def faults(gateways, fixed):
    """A line for each output that tells a secret; `fixed` are those that no socket sends."""
    secrets = used | set(fixed)
    for gateway in gateways:
        for name, text in gateway.outputs():
            found = told(text, secrets) | {secret for secret in fixed if secret in text}
            if found:
                yield f"{name}: {len(found)} secrets, such as {sorted(found)[0][:6]}..."

