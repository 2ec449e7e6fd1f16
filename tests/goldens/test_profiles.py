"""ICC profiles of pictures (PS3.18 8.3.5.1.5, PS3.3 C.11.15), against littlecms' own sRGB and published colours."""

import io

import numpy as np
import pytest
from PIL import ImageCms
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from server.rendering.profiles import profile
from server.rendering.steps.profiles import usable
from tests.factories import part10
from tests.goldens.drawing import farthest, opened
from tests.goldens.images import coloured, grey

CUBE = np.random.default_rng(7).integers(0, 256, (16, 16, 3), dtype="u1")
NAMES = ("srgb", "adobergb", "rommrgb", "displayp3")


def name_of(icc: bytes) -> str:
    return ImageCms.getProfileDescription(ImageCms.getOpenProfile(io.BytesIO(icc))).strip()


def test_without_a_profile_nothing_is_embedded_and_nothing_changes() -> None:
    found = opened(part10(coloured(CUBE)))
    assert "icc_profile" not in found.info
    assert (np.asarray(found) == CUBE).all()


@pytest.mark.parametrize("wish", [None, "yes"])
def test_a_profile_of_its_own_goes_along_untouched(wish: str | None) -> None:
    stored = profile("adobergb")
    found = opened(part10(coloured(CUBE, ICCProfile=stored)), profile=wish)
    assert found.info["icc_profile"] == stored
    assert (np.asarray(found) == CUBE).all()


def test_no_leaves_it_out() -> None:
    found = opened(part10(coloured(CUBE, ICCProfile=profile("adobergb"))), profile="no")
    assert "icc_profile" not in found.info
    assert (np.asarray(found) == CUBE).all()


@pytest.mark.parametrize("wish", ["yes", "srgb"])
def test_what_has_no_profile_is_taken_for_srgb(wish: str) -> None:
    found = opened(part10(coloured(CUBE)), profile=wish)
    assert name_of(found.info["icc_profile"]) == "sRGB"
    assert (np.asarray(found) == CUBE).all()


@pytest.mark.parametrize("target", NAMES)
@pytest.mark.parametrize("source", NAMES)
def test_colours_go_from_space_to_space_as_littlecms_takes_them(source: str, target: str) -> None:
    found = opened(part10(coloured(CUBE, ICCProfile=profile(source))), profile=target)
    assert found.info["icc_profile"] == profile(target)
    back = ImageCms.buildTransform(
        ImageCms.getOpenProfile(io.BytesIO(profile(target))), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    there = ImageCms.buildTransform(
        ImageCms.getOpenProfile(io.BytesIO(profile(source))), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    inside = ImageCms.applyTransform(found, back)
    first = ImageCms.applyTransform(opened(part10(coloured(CUBE)), profile="no"), there)
    if (source, target) != ("rommrgb", target) and target in {source, "rommrgb"}:  # others may be out of gamut
        assert farthest(np.asarray(inside)[..., 0], np.asarray(first)[..., 0]) <= 2


@pytest.mark.parametrize(
    ("target", "red"), [("adobergb", (219, 0, 0)), ("displayp3", (234, 51, 35)), ("rommrgb", (179, 70, 26))]
)
def test_pure_red_of_srgb_is_what_is_published_of_it(target: str, red: tuple[int, int, int]) -> None:
    pure = np.full((2, 2, 3), (255, 0, 0), "u1")
    assert farthest(np.asarray(opened(part10(coloured(pure)), profile=target))[0, 0], np.array(red)) <= 1


def test_our_srgb_is_that_of_littlecms() -> None:
    ours = ImageCms.getOpenProfile(io.BytesIO(profile("srgb")))
    change = ImageCms.buildTransform(ours, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    picture = opened(part10(coloured(CUBE)))
    changed = ImageCms.applyTransform(picture, change)
    assert farthest(np.asarray(changed), CUBE) <= 1


def test_grey_becomes_rgb_when_a_profile_is_asked_for() -> None:
    values = np.arange(256, dtype="u1").reshape(16, 16)
    file = part10(grey(values, WindowCenter=128, WindowWidth=256))
    assert opened(file).mode == "L"
    found = opened(file, profile="srgb")
    assert name_of(found.info["icc_profile"]) == "sRGB"
    assert (np.asarray(found) == values[:, :, None]).all()


def test_a_slide_has_the_profile_of_its_optical_path() -> None:
    path = Dataset()
    path.ICCProfile = profile("displayp3")
    found = opened(part10(coloured(CUBE, OpticalPathSequence=Sequence([path]))))
    assert found.info["icc_profile"] == profile("displayp3")


@pytest.mark.parametrize(
    "broken", [b"\0\0", bytes(200), profile("srgb")[:500], profile("srgb").replace(b"RGB ", b"CMYK", 1)]
)
@pytest.mark.parametrize("wish", [None, "yes", "srgb", "adobergb"])
def test_a_profile_that_is_none_is_passed_over(broken: bytes, wish: str | None) -> None:
    found = opened(part10(coloured(CUBE, ICCProfile=broken)), profile=wish)
    assert found.info.get("icc_profile") == (None if wish is None else profile("srgb" if wish == "yes" else wish))


def test_a_profile_with_a_true_header_and_nothing_in_it_is_taken_for_srgb() -> None:
    hollow = (200).to_bytes(4, "big") + profile("srgb")[4:132].ljust(196, b"\0")
    assert usable(hollow)
    found = opened(part10(coloured(CUBE, ICCProfile=hollow)), profile="srgb")
    assert (np.asarray(found) == CUBE).all()
