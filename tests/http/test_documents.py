"""Rendered documents over HTTP: PDF as it was, reports as pages and text, nothing of them active (PS3.18 8.7.4)."""

from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from pydicom.dataset import Dataset

from tests.factories import image, part10, uid
from tests.http.conftest import Client
from tests.http.test_wado import address, parts
from tests.states import concept, content, encapsulated, item, reference, report
from tests.work import little_work

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


def rendered(client: Client, dataset: Dataset, accept: str = "*/*") -> httpx.Response:
    client.stow(part10(dataset))
    return client.get(address(dataset) + "/rendered", headers={"Accept": accept})


class Page(HTMLParser):
    """The elements and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("document", [b"%PDF-1.7 odd", b"%PDF-1.7 even"])
@pytest.mark.parametrize("told", [True, False])
def test_a_pdf_is_what_was_put_in(client: Client, document: bytes, told: bool) -> None:
    made = encapsulated(document, **({"EncapsulatedDocumentLength": len(document)} if told else {}))
    answer = rendered(client, made)
    assert (answer.status_code, answer.content) == (200, document)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="{made.SOPInstanceUID}.pdf"'
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_document_is_nothing_else_than_it_is(client: Client) -> None:
    made = encapsulated(b"%PDF-1.7", DocumentTitle=SCRIPT)
    answer = rendered(client, made, "image/jpeg")
    assert answer.status_code == 406
    answer = rendered(client, made, "text/html")
    assert (answer.status_code, answer.json()["facts"]["available"]) == (406, ["application/pdf"])
    assert rendered(client, made, "image/png, application/pdf;q=0.1").status_code == 200
    path = address(made) + "/rendered?accept=application/pdf"
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 200
    assert client.get(address(made) + "/thumbnail").status_code == 406
    assert client.get(address(made) + "/frames/1/rendered").status_code == 406


def test_encapsulated_xml_is_text_to_read(client: Client) -> None:
    answer = rendered(client, encapsulated(b"<?xml-stylesheet href='x'?><a>" + SCRIPT.encode() + b"</a>", "text/XML"))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_documents_say_why_not(client: Client) -> None:
    answer = rendered(client, encapsulated(b"solid", "model/stl"))
    assert (answer.status_code, answer.json()["facts"]["kind"]) == (406, "model/stl")


def test_every_value_type_is_told(client: Client) -> None:
    picture = image()
    evidence = item(
        StudyInstanceUID=picture.StudyInstanceUID,
        ReferencedSeriesSequence=[
            item(SeriesInstanceUID=picture.SeriesInstanceUID, ReferencedSOPSequence=[reference(picture)])
        ],
    )
    millimetres = item(CodeValue="mm", CodingSchemeDesignator="UCUM", CodeMeaning="millimetre")
    made = report(
        content(
            "CONTAINER",
            "Findings",
            ContentSequence=[
                content("TEXT", "Finding", TextValue="First line\r\nÜber <b>second</b>"),
                content(
                    "NUM",
                    "Length",
                    MeasuredValueSequence=[item(NumericValue="12.5", MeasurementUnitsCodeSequence=[millimetres])],
                    ContentSequence=[content("IMAGE", "", "INFERRED FROM", ReferencedSOPSequence=[reference(picture)])],
                ),
                content("NUM", "Width", MeasuredValueSequence=[]),
                content("CODE", "Site", "HAS CONCEPT MOD", ConceptCodeSequence=[concept("Left knee")]),
            ],
        ),
        content("PNAME", "Observer", "HAS OBS CONTEXT", PersonName="Doe^Jane^^Dr"),
        content("DATE", "Day", Date="20261121"),
        content("TIME", "Hour", Time="101530.25"),
        content("DATETIME", "Moment", DateTime="20261121101530+0100"),
        content("UIDREF", "Device", UID="1.2.3"),
        content("SCOORD", "Outline", GraphicType="POINT", GraphicData=[1.5, 2.5]),
        content("TCOORD", "When", TemporalRangeType="POINT", ReferencedTimeOffsets="1.5"),
        item(RelationshipType="CONTAINS", ReferencedContentItemIdentifier=[1, 1, 2]),
        SpecificCharacterSet="ISO_IR 192",
        CurrentRequestedProcedureEvidenceSequence=[evidence],
        CompletionFlag="COMPLETE",
        VerificationFlag="VERIFIED",
        VerifyingObserverSequence=[
            item(VerifyingObserverName="Roe^Richard", VerifyingOrganization="Trust", VerificationDateTime="20261122")
        ],
    )
    answer = rendered(client, made)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    told = " ".join(page.text.split())
    for expected in (
        *("Imaging Report", "Findings", "Finding: First line Über <b>second</b>", "Length: 12.5 mm"),
        *("Width: not measured", "namely Site: Left knee", "context Observer: Doe, Dr Jane", "Day: 2026-11-21"),
        *("Hour: 10:15:30", "Moment: 2026-11-21 10:15:30 +01:00", "Device: 1.2.3", "Outline: POINT: 1.5, 2.5"),
        *("When: POINT: 1.5", "see item 1.1.2", "SYNTHETIC, Person", "Roe, Richard, Trust, 2026-11-22", "Verified"),
    ):
        assert expected in told, expected
    assert page.links == [f"http://127.0.0.1:8080{address(picture)}/rendered"]
    plain = rendered(client, made, "text/plain")
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Findings\r\n  Finding: First line\r\n    Über <b>second</b>\r\n  Length: 12.5 mm\r\n" in plain.text
    assert plain.headers["etag"] != answer.headers["etag"]
    again = client.get(address(made) + "/rendered", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_key_object_selection_is_a_list_of_links(client: Client) -> None:
    picture = image(NumberOfFrames=3, PixelData=bytes(144))
    evidence = item(
        StudyInstanceUID=picture.StudyInstanceUID,
        ReferencedSeriesSequence=[
            item(SeriesInstanceUID=picture.SeriesInstanceUID, ReferencedSOPSequence=[reference(picture)])
        ],
    )
    made = report(
        content("IMAGE", ReferencedSOPSequence=[reference(picture, 2, 3)]),
        title="For Teaching",
        SOPClassUID="1.2.840.10008.5.1.4.1.1.88.59",
        CurrentRequestedProcedureEvidenceSequence=[evidence],
    )
    client.stow(part10(picture))
    [link] = Page(rendered(client, made).text).links
    assert link.endswith(f"{address(picture)}/frames/2/rendered")
    assert client.get(link).status_code == 200


def test_nothing_that_was_written_becomes_part_of_the_page(client: Client) -> None:
    made = report(
        content("TEXT", SCRIPT, TextValue=SCRIPT),
        content("CONTAINER", SCRIPT, ContentSequence=[content("CODE", "", ConceptCodeSequence=[concept(SCRIPT)])]),
        content("UIDREF", UID="javascript:alert(1)"),
        content("IMAGE", ReferencedSOPSequence=[item(ReferencedSOPInstanceUID="1.2/../../x")]),
        title=SCRIPT,
        PatientName=SCRIPT,
        PatientID=SCRIPT,
    )
    answer = rendered(client, made)
    page = Page(answer.text)
    assert page.tags <= set("html head meta title style body h1 h2 h3 dl dt dd ul li span p a".split())
    assert page.attributes <= {"charset", "class", "href", "rel"}
    assert page.links == []
    assert SCRIPT in page.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "no-store" in answer.headers["cache-control"]


def nested(depth: int) -> Dataset:
    made = content("TEXT", TextValue="deepest")
    for _ in range(depth):
        made = content("CONTAINER", "Level", ContentSequence=[made])
    return made


@pytest.mark.parametrize(
    "children",
    [
        [nested(29)],
        [content("TEXT", TextValue="x" * 2_000_000)],
        [content("SCOORD", GraphicType="POLYLINE", GraphicData=[1.5] * 200_000)],
        [content("NUM", MeasuredValueSequence=[item()])],
        [content("PARTY", "?"), content("DATE", Date="yesterday"), content("PNAME")],
        [],
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_reports_of_any_size_are_told_within_bounds(client: Client, children: list[Dataset], accept: str) -> None:
    made = report(*children)
    client.stow(part10(made))
    with little_work(seconds=5):
        answer = client.get(address(made) + "/rendered", headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert "goes on" not in answer.text


@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_a_report_that_is_too_long_says_that_it_goes_on(
    client: Client, accept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.rendering.reports.content.MOST_NODES", 10)
    answer = rendered(client, report(*[content("TEXT", "One", TextValue="of many")] * 20), accept)
    assert answer.text.count("of many") == 10
    assert "goes on" in answer.text


def test_a_large_pdf_is_sent_as_it_is_read(client: Client) -> None:
    document = b"%PDF-1.7 " + bytes(range(1, 256)) * 20_000
    assert rendered(client, encapsulated(document)).content == document


BOTH = 'multipart/related; type="image/png", multipart/related; type="text/html"'


def test_a_study_of_several_kinds_is_sent_as_what_each_can_be(client: Client) -> None:
    study: dict[str, Any] = {"StudyInstanceUID": uid()}
    client.stow(part10(image(**study)), part10(report(nested(1), **study)), part10(encapsulated(b"%PDF-1.7", **study)))
    path = f"/dicomweb/studies/{study['StudyInstanceUID']}/rendered"

    def kinds(accept: str) -> tuple[int, list[str]]:
        answer = client.get(path, headers={"Accept": accept})
        return answer.status_code, [kind for kind, _ in parts(answer)]

    assert kinds(f"{BOTH}, multipart/related; type=application/pdf") == (
        200,
        ["image/png", "text/html; charset=utf-8", "application/pdf"],
    )
    assert kinds(BOTH) == (206, ["image/png", "text/html; charset=utf-8"])
    assert kinds('multipart/related; type="application/pdf"') == (206, ["application/pdf"])
    assert kinds('multipart/related; type="image/png"') == (206, ["image/png"])
    # one representation of the study is a picture of it, unless a document is wanted
    assert client.get(path).headers["content-type"] == "image/jpeg"
    assert client.get(path, headers={"Accept": "text/html"}).headers["content-type"].startswith("text/html")


def test_a_series_of_reports_is_shown_by_one_of_them(client: Client) -> None:
    made = report(nested(1))
    client.stow(part10(made))
    series = address(made).rpartition("/instances")[0]
    assert client.get(series + "/rendered").headers["content-type"].startswith("text/html")
    answer = client.get(series + "/rendered", headers={"Accept": BOTH})
    assert (answer.status_code, len(parts(answer))) == (200, 1)
    assert client.get(series + "/thumbnail").status_code == 406
    assert (
        client.get(series + "/rendered", headers={"Accept": 'multipart/related; type="image/png"'}).status_code == 406
    )
