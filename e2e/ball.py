"""A ball of known size and density in CT slices, and what a screen shows of it."""

import re

import httpx
import numpy as np
from playwright.sync_api import Locator

from e2e.running import RunningServer
from tests.factories import multipart, part10, uid

INSIDE, OUTSIDE, NOISE = 100.0, -850.0, 10.0
"""Hounsfield units; the noise is a standard deviation."""


def store_ball(
    server: RunningServer,
    diameter: float,
    shape: tuple[int, int],
    spacing: tuple[float, float],
    positions: list[float],
) -> str:
    """Stores slices of (rows, columns) pixels through a ball in their middle, at position 0; the study's UID.

    `spacing` is that of rows and of columns; it, the diameter and the positions are in mm.
    """
    noise = np.random.default_rng(7)
    study_uid, series_uid, place = uid(), uid(), uid()
    y, x = ((np.arange(count) - (count - 1) / 2) * width for count, width in zip(shape, spacing, strict=True))
    flat = x[np.newaxis, :] ** 2 + y[:, np.newaxis] ** 2
    files = []
    for number, z in enumerate(positions, 1):
        values = np.where(flat + z**2 <= (diameter / 2) ** 2, INSIDE, OUTSIDE) + noise.normal(0, NOISE, shape)
        files.append(
            part10(
                StudyInstanceUID=study_uid,
                SeriesInstanceUID=series_uid,
                SOPInstanceUID=uid(),
                FrameOfReferenceUID=place,
                Modality="CT",
                SeriesDescription="Ball",
                InstanceNumber=number,
                Rows=shape[0],
                Columns=shape[1],
                BitsAllocated=16,
                BitsStored=16,
                HighBit=15,
                PixelRepresentation=0,
                RescaleSlope=1,
                RescaleIntercept=-1024,
                WindowCenter=-375,
                WindowWidth=600,
                PixelSpacing=list(spacing),
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                ImagePositionPatient=[0, 0, z],
                PixelData=np.rint(values + 1024).astype("<u2").tobytes(),
            )
        )
    body, headers = multipart(*files)
    httpx.post(f"{server.dicomweb}/studies", content=body, headers=headers).raise_for_status()
    return study_uid


def edges(canvas: Locator) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of what is bright through the canvas's middle, in CSS pixels of the canvas."""
    left, right = canvas.evaluate(_BRIGHT, True)
    top, bottom = canvas.evaluate(_BRIGHT, False)
    return left, right, top, bottom


def numbers(mark: Locator) -> list[float]:
    """The numbers in a mark's text, in their order."""
    text = (mark.get_attribute("data-text") or "").replace("−", "-")
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text.replace("cm²", ""))]


_BRIGHT = """(canvas, across) => {
    const { width, height } = canvas, data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    const count = across ? width : height;
    const level = (i) => {
        let sum = 0;
        for (let k = -4; k <= 4; k += 1) {
            const [x, y] = across ? [i, (height >> 1) + k] : [(width >> 1) + k, i];
            sum += data[4 * (y * width + x)];
        }
        return sum / 9;
    };
    const bright = [...Array(count).keys()].filter((i) => level(i) > 128);
    return [bright[0], bright.at(-1) + 1].map((at) => at / devicePixelRatio);
}"""
