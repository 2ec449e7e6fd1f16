"""Rendering parameters: read strictly, as PS3.18 8.3.5.1 writes them."""

import math
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Malformed
from server.rendering.request import RenderRequest, Viewport, Window, parse


def test_without_parameters_it_is_the_plain_picture() -> None:
    assert parse({}, "image/png") == RenderRequest("image/png")


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("40,400,linear", Window(40, 400, "LINEAR")),
        ("-0.5,1,linear", Window(-0.5, 1, "LINEAR")),
        (" 1e2 , .5 , Linear-Exact ", Window(100, 0.5, "LINEAR_EXACT")),
        ("1,2,linear_exact", Window(1, 2, "LINEAR_EXACT")),
        ("1,2,SIGMOID", Window(1, 2, "SIGMOID")),
    ],
)
def test_a_window_has_center_width_and_function(text: str, window: Window) -> None:
    assert parse({"window": text}, "image/png").window == window


@pytest.mark.parametrize(
    ("text", "viewport"),
    [
        ("10,20", Viewport(10, 20)),
        ("16384,16384", Viewport(16384, 16384)),
        ("1,1,2,3,4,5", Viewport(1, 1, (2, 3, 4, 5))),
        ("1,1,,,-4,-5", Viewport(1, 1, (0, 0, -4, -5))),
        ("1,1,0,0,,", Viewport(1, 1, (0, 0, math.inf, math.inf))),
    ],
)
def test_a_viewport_has_a_size_and_maybe_a_region(text: str, viewport: Viewport) -> None:
    assert parse({"viewport": text}, "image/png").viewport == viewport


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(["window", "viewport", "quality"]), st.text("0123456789,.-+eEnaif linear\u0661", max_size=20))
def test_any_text_makes_a_request_or_is_malformed(name: str, text: str) -> None:
    with suppress(Malformed):
        parsed = parse({name: text}, "image/png")
        assert parsed.window is None or math.isfinite(parsed.window.center * parsed.window.width)
