"""Rows about the older URI service (WADO-URI, PS3.18 chapter 9): one instance by query parameters."""

from tests.conformance.instances import EXPLICIT, file_of, transcoded
from tests.conformance.rendered import size
from tests.conformance.table import Clause, ask, clause, get, header, kind, problem, status

ONE = "//wado?requestType=WADO&studyUID={ct1.study_uid}&seriesUID={ct1.series_uid}&objectUID={ct1.instance_uid}"
FRAMES = (
    "//wado?requestType=WADO&studyUID={frames.study_uid}&seriesUID={frames.series_uid}&objectUID={frames.instance_uid}"
)


def _uri(name: str, more: str = "") -> str:
    return ONE.replace("ct1", name) + more


CLAUSES: list[Clause] = [
    clause(
        "uri-default",
        "PS3.18 9.3",
        "An image without contentType is a JPEG",
        get(ONE),
        status(200) & kind("image/jpeg") & size(32, 24),
    ),
    clause(
        "uri-accept",
        "PS3.18 9.5.1.3",
        "Accept: image/jpeg",
        get(ONE, accept="image/jpeg"),
        status(200) & kind("image/jpeg"),
    ),
    clause(
        "uri-png",
        "PS3.18 9.5.1",
        "contentType=image/png",
        get(ONE + "&contentType=image/png"),
        status(200) & kind("image/png"),
    ),
    clause(
        "uri-png-encoded",
        "RFC 3986 2.1",
        "contentType=image%2Fpng",
        get(ONE + "&contentType=image%2Fpng"),
        status(200) & kind("image/png"),
    ),
    clause(
        "uri-dicom",
        "PS3.18 9.4.1",
        "contentType=application/dicom",
        get(ONE + "&contentType=application/dicom"),
        status(200) & kind("application/dicom") & file_of("ct1"),
    ),
    clause(
        "uri-dicom-encoded",
        "PS3.18 9.4.1",
        "the same, percent-encoded",
        get(ONE + "&contentType=application%2Fdicom"),
        status(200) & file_of("ct1"),
    ),
    clause(
        "uri-dicom-explicit",
        "PS3.18 9.4.1.2",
        "transferSyntax of Explicit VR Little Endian",
        get(_uri("jls", f"&contentType=application/dicom&transferSyntax={EXPLICIT}")),
        status(200) & transcoded("jls", EXPLICIT),
    ),
    clause(
        "uri-dicom-default-syntax",
        "PS3.18 9.4.1.2",
        "Without transferSyntax: Explicit VR Little Endian",
        get(_uri("implicit", "&contentType=application/dicom")),
        status(200) & transcoded("implicit", EXPLICIT),
    ),
    clause(
        "uri-frame", "PS3.18 9.5.1.2.1", "frameNumber", get(FRAMES + "&frameNumber=3"), status(200) & kind("image/jpeg")
    ),
    clause(
        "uri-frame-beyond",
        "PS3.18 9.5.2",
        "frameNumber beyond the last",
        get(FRAMES + "&frameNumber=9"),
        problem(400),
    ),
    clause(
        "uri-rows",
        "PS3.18 9.5.1.2.4",
        "rows and columns",
        get(ONE + "&rows=12&columns=16&contentType=image/png"),
        status(200) & size(16, 12),
    ),
    clause(
        "uri-window",
        "PS3.18 9.5.1.2.6",
        "windowCenter and windowWidth",
        get(ONE + "&windowCenter=40&windowWidth=80"),
        status(200),
    ),
    clause(
        "uri-window-half",
        "PS3.18 9.5.1.2.6",
        "windowCenter without windowWidth",
        get(ONE + "&windowCenter=40"),
        problem(400),
    ),
    clause(
        "uri-region", "PS3.18 9.5.1.2.5", "region", get(ONE + "&region=0,0,0.5,0.5&contentType=image/png"), status(200)
    ),
    clause(
        "uri-region-bad", "PS3.18 9.5.1.2.5", "A region outside the image", get(ONE + "&region=0,0,2,2"), problem(400)
    ),
    clause(
        "uri-quality",
        "PS3.18 9.5.1.2.3",
        "imageQuality",
        get(ONE + "&imageQuality=50"),
        status(200) & kind("image/jpeg"),
    ),
    clause(
        "uri-quality-bad", "PS3.18 9.5.1.2.3", "imageQuality beyond 100", get(ONE + "&imageQuality=500"), problem(400)
    ),
    clause(
        "uri-report",
        "PS3.18 9.5.2",
        "A report as a picture",
        get(_uri("sr", "&contentType=image/jpeg")),
        problem(406),
    ),
    clause(
        "uri-report-dicom",
        "PS3.18 9.4.2",
        "A report as DICOM",
        get(_uri("sr", "&contentType=application/dicom")),
        status(200) & file_of("sr"),
    ),
    clause(
        "uri-no-type", "PS3.18 9.1.2.1", "Without requestType", get(ONE.replace("requestType=WADO&", "")), problem(400)
    ),
    clause("uri-other-type", "PS3.18 9.1.2.1", "Another requestType", get(ONE.replace("WADO", "OTHER")), problem(400)),
    clause(
        "uri-no-study",
        "PS3.18 9.1.2.1",
        "Without studyUID",
        get(ONE.replace("studyUID={ct1.study_uid}&", "")),
        problem(400),
    ),
    clause(
        "uri-no-series",
        "PS3.18 9.1.2.1",
        "Without seriesUID",
        get(ONE.replace("&seriesUID={ct1.series_uid}", "")),
        problem(400),
    ),
    clause(
        "uri-no-object",
        "PS3.18 9.1.2.1",
        "Without objectUID",
        get(ONE.replace("&objectUID={ct1.instance_uid}", "")),
        problem(400),
    ),
    clause(
        "uri-bad-uid",
        "PS3.5 9.1",
        "An objectUID that is no UID",
        get(ONE.replace("{ct1.instance_uid}", "1.2.x")),
        problem(400),
    ),
    clause(
        "uri-not-found",
        "PS3.18 9.4.3",
        "What is not here",
        get(ONE.replace("{ct1.instance_uid}", "1.2.3")),
        problem(404),
    ),
    clause(
        "uri-elsewhere",
        "PS3.18 9.4.3",
        "An instance under another study",
        get(ONE.replace("{ct1.study_uid}", "{sr.study_uid}")),
        problem(404),
    ),
    clause(
        "uri-refused",
        "PS3.18 9.5.3",
        "A contentType that cannot be made",
        get(ONE + "&contentType=video/mpeg", accept="video/mpeg"),
        problem(406),
    ),
    clause(
        "uri-post",
        "PS3.18 9",
        "Only GET",
        ask("POST", "//wado?requestType=WADO"),
        problem(405) & header("Allow", "GET"),
    ),
]
