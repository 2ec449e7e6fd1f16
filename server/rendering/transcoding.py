"""From one transfer syntax to another without loss: a frame's bytes, and the attributes that change with them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from server.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax,
)
from server.errors import Malformed, NotAcceptable
from server.rendering.codecs.index import CODECS, CONVERTING, Decode, in_process
from server.rendering.encoders.index import ENCODERS
from server.rendering.image import Image
from server.rendering.pipeline import samples


def refusal(image: Image, target: str) -> str | None:
    """Why the frames of an image cannot be sent in the `target` transfer syntax; None when they can."""
    encoder = ENCODERS.get(target)
    if encoder is None:
        return "no encoder for this transfer syntax"
    if not transfer_syntax(image.transfer_syntax_uid).is_encapsulated and target == EXPLICIT_VR_LITTLE_ENDIAN:
        return None
    if image.transfer_syntax_uid not in CODECS:
        return "no decoder for the transfer syntax it is stored in"
    return encoder.refusal(decoded(image))


def decoded(image: Image) -> Image:
    """The image as its decoded samples are: colour by pixel, in the colour space that the decoder leaves."""
    photometric = image.photometric
    if image.transfer_syntax_uid in CONVERTING and image.samples == 3:
        photometric = "RGB"
    elif photometric in {"YBR_RCT", "YBR_ICT"}:
        photometric = "RGB"  # undoing the transform belongs to decoding (PS3.5 8.2.4)
    elif photometric == "YBR_FULL_422":
        photometric = "YBR_FULL"  # every pixel has its own chrominance then
    return replace(image, photometric=photometric, planar=0)


def changes(image: Image, target: str) -> Mapping[str, str | int]:
    """The attributes that are other in the `target` transfer syntax than they are stored (PS3.5 8.2).

    Lossy Image Compression and the UIDs stay: nothing is lost that was not lost before (PS3.3 C.7.6.1.1.5).
    """
    if not transfer_syntax(image.transfer_syntax_uid).is_encapsulated and target == EXPLICIT_VR_LITTLE_ENDIAN:
        return {}
    plain = decoded(image)
    photometric = ENCODERS[target].photometrics.get(plain.photometric, plain.photometric)
    changed: dict[str, str | int] = {"PhotometricInterpretation": photometric}
    if image.samples > 1:
        changed["PlanarConfiguration"] = 0
    return {name: value for name, value in changed.items() if value != _stored(image, name)}


def _stored(image: Image, keyword: str) -> str | int:
    return image.photometric if keyword == "PhotometricInterpretation" else image.planar


def transcode(data: bytes, image: Image, first_bit: int, target: str, decoder: Decode = in_process) -> bytes:
    """One frame in the `target` transfer syntax; `NotAcceptable` says why when it cannot be had."""
    if target == EXPLICIT_VR_LITTLE_ENDIAN and not transfer_syntax(image.transfer_syntax_uid).is_encapsulated:
        return _native(data, image, first_bit)
    try:
        return ENCODERS[target].encode(samples(data, image, first_bit, decoder), decoded(image))
    except (Malformed, ValueError, RuntimeError) as error:
        name = transfer_syntax(target).name
        reason = error.message if isinstance(error, Malformed) else "its encoder refuses these pixels"
        raise NotAcceptable(f"not to be sent as {name}: {reason}") from error


def little_endian(content: bytes, image: Image) -> bytes:
    """Native pixel bytes, cut between pixels, in little endian; what is so already is returned as it is."""
    if image.transfer_syntax_uid != EXPLICIT_VR_BIG_ENDIAN:
        return content
    size = image.bits_allocated // 8
    if size < 2:
        size = 2 if image.kind == "OW" else 1  # PS3.5 7.3: what is swapped is the word of the VR
    whole = len(content) // size * size
    return np.frombuffer(content[:whole], f">u{size}").astype(f"<u{size}").tobytes() + content[whole:]


def _native(data: bytes, image: Image, first_bit: int) -> bytes:
    inside_a_byte = image.bits_allocated == 1 and (first_bit or image.rows * image.columns % 8)
    inside_a_word = image.transfer_syntax_uid == EXPLICIT_VR_BIG_ENDIAN and len(data) % 2
    if inside_a_byte or inside_a_word:
        return ENCODERS[EXPLICIT_VR_LITTLE_ENDIAN].encode(samples(data, image, first_bit), image)
    return little_endian(data, image)
