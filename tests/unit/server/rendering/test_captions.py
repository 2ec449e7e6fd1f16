"""Captions: what they say, in letters that the font has, and where they are burned in (PS3.18 8.3.5.1.1)."""

from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from server.rendering.captions import Captions, burn, captions
from server.rendering.lettering import told, wrap
from tests.factories import image


def header(**keywords: Any) -> dict[str, Any]:
    made: dict[str, Any] = image(PixelData=None, **keywords).to_json_dict()
    return made


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("DOE^Jane", "DOE Jane"),
        ("Müller^Jörg", "Muller Jorg (accents left out)"),
        ("Ægidius^Łukasz", "AEgidius Lukasz (accents left out)"),
        ("Yamada^Tarou=山田^太郎=やまだ", "Yamada Tarou"),
        ("山田^太郎=山田", "(name not drawable)"),
        ("Иванов^Иван", "(name not drawable)"),
        ("", "(no name)"),
    ],
)
def test_a_name_is_drawn_or_said_not_to_be(written: str, drawn: str) -> None:
    assert captions(header(PatientName=written, SpecificCharacterSet="ISO_IR 192"), 1, ["patient"]).upper[0] == drawn


def test_who_the_patient_is() -> None:
    found = captions(header(), 1, ["patient"])
    assert found == Captions(("SYNTHETIC Person", "ID 9990000018", "sex F", "born 1960-01-02"))


def test_how_the_image_was_made() -> None:
    made = header(KVP="120", Exposure="55", SliceThickness="2.50", SliceLocation="-12.5", SeriesDescription="Thorax")
    assert captions(made, 1, ["technique"]).lower == (
        "CT  2026-11-21  10:15",
        "Thorax",
        "series 1  image 1",
        "120 kV  55 mAs",
        "slice 2.5 mm  at -12.5 mm",
    )


def test_a_frame_of_an_enhanced_image_says_its_own() -> None:
    def groups(thickness: int) -> dict[str, Any]:
        measures = {"vr": "SQ", "Value": [{"00180050": {"vr": "DS", "Value": [thickness]}}]}
        return {"00289110": measures}

    made = header(NumberOfFrames=2) | {
        "52009229": {"vr": "SQ", "Value": [groups(1)]},
        "52009230": {"vr": "SQ", "Value": [groups(2), {}]},
    }
    assert captions(made, 1, ["technique"]).lower[-2:] == ("series 1  image 1  frame 1", "slice 2 mm")
    assert captions(made, 2, ["technique"]).lower[-1] == "slice 1 mm"


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_captions_are_seen_on_any_ground(ground: int) -> None:
    burned = np.asarray(burn(Pillow.new("L", (256, 256), ground), Captions(("Name",), ("CT",))))
    upper = burned[:32, :64]
    assert upper.max() - upper.min() > 120
    assert (burned[64:200] == ground).all()


def test_without_words_nothing_is_burned_in() -> None:
    plain = Pillow.new("L", (16, 16))
    assert burn(plain, captions(header(), 1, ())) is plain


@pytest.mark.parametrize("size", [(1, 1), (3, 4000), (4000, 3)])
def test_long_captions_on_a_small_picture_end_with_the_picture(size: tuple[int, int]) -> None:
    burned = burn(Pillow.new("RGB", size), Captions(("A" * 5000, "B " * 5000), ("C" * 500,) * 50))
    assert burned.size == size


def test_what_is_not_text_is_left_out() -> None:
    assert told("a\tb\x1b\u202e", "text") == "a b (accents left out)"
    assert wrap("one two three", 20, 60) == ["one", "two", "three"]
