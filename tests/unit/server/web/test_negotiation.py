"""Accept and Content-Type headers: what is wanted most, read strictly and without surprises."""

import pytest

from server.errors import Malformed, NotAcceptable
from server.web.negotiation import accepted, choose, media_type, media_types

OFFERED = ("image/jpeg", "image/png")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "image/jpeg"),
        ("", "image/jpeg"),
        ("*/*", "image/jpeg"),
        ("*", "image/jpeg"),
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        ("image/jpeg;q=0.5, image/png;q=0.6", "image/png"),
        ("image/png;q=0, */*;q=0.1", "image/jpeg"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "image/jpeg"),
    ],
)
def test_the_range_that_is_wanted_most_is_chosen(accept: str | None, expected: str) -> None:
    assert choose(accepted(accept, None), OFFERED) == expected


@pytest.mark.parametrize("accept", ["text/html", "image/png;q=0", "image/webp, application/*"])
def test_when_nothing_fits_the_offers_are_named(accept: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        choose(accepted(accept, None), OFFERED)
    assert refused.value.facts["available"] == list(OFFERED)


@pytest.mark.parametrize("text", ["x", "a/b c", "a/b;;=", '"a/b"', 'a/b;x="open', "@/b"])
def test_what_is_no_media_type_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        media_types(text)


def test_parameters_are_read_quoted_or_not() -> None:
    found = media_type('Multipart/Related; TYPE="application/dicom"; boundary="a;b,\\"c"; x=1')
    assert found.name == "multipart/related"
    assert found.parameters == {"type": "application/dicom", "boundary": 'a;b,"c', "x": "1"}
