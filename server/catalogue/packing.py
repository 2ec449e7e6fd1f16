"""The attributes of an instance as they are catalogued: DICOM JSON, compressed."""

import zlib

import orjson

from server.dicom.dicomjson import Attributes


def pack(attributes: Attributes) -> bytes:
    """The attributes of an instance in the form that is catalogued."""
    return zlib.compress(orjson.dumps(attributes), 1)


def json_of(packed: bytes) -> bytes:
    """The attributes of an instance from their catalogued form, as the JSON they are."""
    return zlib.decompress(packed)


def unpack(packed: bytes) -> Attributes:
    """The attributes of an instance from their catalogued form."""
    attributes: Attributes = orjson.loads(json_of(packed))
    return attributes
