"""Digests as the service writes them, computed by other code than that under test."""
import base64
import hashlib

import crcmod

_crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xffffffffffffffff, rev=True)


def content_md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def etag(data):
    return hashlib.md5(data).hexdigest().upper()


def crc64(data):
    return str(_crc64(data))


def of_pieces(pieces):
    """Content-MD5 and CRC-64 of pieces that are never in memory together."""
    md5, crc = hashlib.md5(), 0
    for piece in pieces:
        md5.update(piece)
        crc = _crc64(piece, crc)
    return base64.b64encode(md5.digest()).decode(), str(crc)
