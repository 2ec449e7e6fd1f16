"""JPEG extended sequential with 12 bits a sample (PS3.5 A.4.1, process 4), decoded by GDCM's own libjpeg."""

import gdcm
import numpy as np
from numpy.typing import NDArray

from server.errors import Malformed
from server.rendering.image import Image

gdcm.Trace.WarningOff()
gdcm.Trace.ErrorOff()


def decode_12_bit(data: bytes, image: Image) -> NDArray[np.generic]:
    """The samples of one frame whose codestream was checked, rows x columns (x samples); `Malformed` when damaged."""
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(data)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    picture = gdcm.Image()
    picture.SetNumberOfDimensions(2)
    picture.SetDimensions((image.columns, image.rows, 1))
    picture.SetDataElement(element)
    kind = "MONOCHROME2" if image.samples == 1 else image.photometric
    picture.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.GetPIType(kind)))
    picture.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(image.transfer_syntax_uid)))
    picture.SetPixelFormat(gdcm.PixelFormat(image.samples, 16, 12, 11, int(image.signed)))
    try:
        content = picture.GetBuffer().encode("utf-8", "surrogateescape")
    except Exception as error:
        raise Malformed("The compressed frame is damaged or cut short.", cause=type(error).__name__) from error
    values = np.frombuffer(content, "<i2" if image.signed else "<u2")
    if values.size != image.rows * image.columns * image.samples:
        raise Malformed("The compressed frame is damaged or cut short.")
    shape = (image.rows, image.columns) if image.samples == 1 else (image.rows, image.columns, image.samples)
    return values.reshape(shape)
