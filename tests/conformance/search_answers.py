"""Rows about what a search answers (PS3.18 10.6.3): attributes, fields asked for, names, and in what form."""

from urllib.parse import quote

from tests.conformance.search import CT, FOUND, OURS, counts, finds, has
from tests.conformance.table import (
    Clause,
    Exchange,
    Expected,
    clause,
    expected,
    get,
    header,
    kind,
    no_header,
    parts,
    problem,
    status,
    tag,
    values,
)


def lacks(*keywords: str) -> Expected:
    """No match has these attributes."""

    @expected(f"none with {', '.join(keywords)}")
    def check(exchange: Exchange) -> None:
        for item in exchange.last.json():
            for keyword in keywords:
                assert tag(keyword) not in item, keyword

    return check


def _rows_of_the_answer() -> list[Clause]:
    study = {
        "StudyDate": ["20260115"],
        "StudyTime": ["101500.25"],
        "AccessionNumber": ["ACC-CT"],
        "InstanceAvailability": ["ONLINE"],
        "ModalitiesInStudy": ["CT", "MR"],
        "ReferringPhysicianName": [{"Alphabetic": "Referrer^Rose"}],
        "TimezoneOffsetFromUTC": ["+0100"],
        "PatientName": [{"Alphabetic": "Conformance^Anna^Maria^Dr^PhD"}],
        "PatientID": ["CONF-CT"],
        "PatientBirthDate": ["19600102"],
        "PatientSex": ["F"],
        "StudyInstanceUID": ["{ct1.study_uid}"],
        "StudyID": ["SID1"],
        "NumberOfStudyRelatedSeries": [2],
        "NumberOfStudyRelatedInstances": [4],
    }
    series = {
        "Modality": ["CT"],
        "SeriesInstanceUID": ["{ct1.series_uid}"],
        "SeriesNumber": [1],
        "SeriesDescription": ["Axial 5mm"],
        "NumberOfSeriesRelatedInstances": [3],
        "PerformedProcedureStepStartDate": ["20260115"],
        "PerformedProcedureStepStartTime": ["101000"],
        "RequestAttributesSequence": ...,
    }
    instance = {
        "SOPClassUID": ["1.2.840.10008.5.1.4.1.1.2"],
        "SOPInstanceUID": ["{ct2.instance_uid}"],
        "InstanceNumber": [2],
        "Rows": [24],
        "Columns": [32],
        "BitsAllocated": [16],
    }
    return [
        *(
            clause(
                f"search-study-answer-{keyword.lower()}",
                "PS3.18 table 10.6.3-3",
                f"A study's {keyword} is returned unasked",
                get(f"/studies?{CT}"),
                FOUND & has(**{keyword: value}),
            )
            for keyword, value in study.items()
        ),
        *(
            clause(
                f"search-series-answer-{keyword.lower()}",
                "PS3.18 table 10.6.3-4",
                f"A series' {keyword} is returned unasked",
                get("/{ct1.study}/series?Modality=CT"),
                FOUND & has(**{keyword: value}),
            )
            for keyword, value in series.items()
        ),
        *(
            clause(
                f"search-instance-answer-{keyword.lower()}",
                "PS3.18 table 10.6.3-5",
                f"An instance's {keyword} is returned unasked",
                get("/{ct1.series}/instances?InstanceNumber=2"),
                FOUND & has(**{keyword: value}),
            )
            for keyword, value in instance.items()
        ),
        clause(
            "search-instance-answer-frames",
            "PS3.18 table 10.6.3-5",
            "NumberOfFrames of a multi-frame image",
            get("/{frames.series}/instances"),
            FOUND & has(NumberOfFrames=[5]),
        ),
        clause(
            "search-relational-series",
            "PS3.18 10.6.3.3",
            "A search for all series returns their studies' attributes",
            get("/series?PatientID=CONF-CT&Modality=MR"),
            FOUND & has(PatientID=["CONF-CT"], StudyInstanceUID=..., StudyDate=..., NumberOfStudyRelatedInstances=[4]),
        ),
        clause(
            "search-relational-instances",
            "PS3.18 10.6.3.3",
            "A search for all instances returns those of study and series",
            get("/instances?PatientID=CONF-CT&Modality=MR"),
            FOUND
            & has(
                PatientID=["CONF-CT"], StudyInstanceUID=..., SeriesInstanceUID=..., Modality=["MR"], SOPInstanceUID=...
            ),
        ),
        clause(
            "search-study-instances-series",
            "PS3.18 10.6.3.3",
            "The instances of a study come with their series' attributes",
            get("/{ct1.study}/instances?Modality=MR"),
            FOUND & has(Modality=["MR"], SeriesInstanceUID=["{mr.series_uid}"]),
        ),
        clause(
            "search-retrieve-url-study",
            "PS3.18 table 10.6.3-3",
            "RetrieveURL of a study",
            get(f"/studies?{CT}"),
            FOUND & _retrieve_url("study"),
        ),
        clause(
            "search-retrieve-url-series",
            "PS3.18 table 10.6.3-4",
            "RetrieveURL of a series",
            get("/{ct1.study}/series?Modality=CT"),
            FOUND & _retrieve_url("series"),
        ),
        clause(
            "search-retrieve-url-instance",
            "PS3.18 table 10.6.3-5",
            "RetrieveURL of an instance",
            get("/{ct1.series}/instances?InstanceNumber=1"),
            FOUND & _retrieve_url("instance"),
        ),
        clause(
            "search-retrieve-url-works",
            "PS3.18 10.6.3.3",
            "It leads to the instance",
            get("/{ct1.series}/instances?InstanceNumber=1"),
            get("{before.retrieve_url}", accept="application/dicom; transfer-syntax=*"),
            status(200),
        ),
        clause(
            "search-not-below",
            "PS3.18 10.6.3.3",
            "Attributes below the level are not returned",
            get(f"/studies?{CT}&includefield=SeriesNumber&includefield=InstanceNumber"),
            FOUND & lacks("SeriesNumber", "InstanceNumber", "SeriesInstanceUID", "SOPInstanceUID"),
        ),
        clause(
            "search-not-unasked",
            "PS3.18 10.6.3.3",
            "Attributes that nobody asked for are not returned",
            get("/{ct1.study}/series?Modality=CT"),
            FOUND & lacks("InstitutionName"),
        ),
        clause(
            "search-no-group-2",
            "PS3.18 F.2.2",
            "No file meta and no pixel data among the attributes",
            get("/{ct1.series}/instances?includefield=all"),
            FOUND & lacks("TransferSyntaxUID"),
        ),
    ]


def _retrieve_url(level: str) -> Expected:
    @expected(f"RetrieveURL that ends with the path of the {level}")
    def check(exchange: Exchange) -> None:
        [item] = exchange.last.json()
        [url] = values(item, "RetrieveURL")
        assert url.startswith("http")
        assert url.endswith("/dicomweb/" + getattr(exchange.archive["ct1"], level)), url

    return check


def _rows_of_fields() -> list[Clause]:
    series = "/{ct1.study}/series?Modality=CT"
    return [
        clause(
            "search-include-keyword",
            "PS3.18 8.3.4.3",
            "includefield by keyword",
            get(f"{series}&includefield=InstitutionName"),
            FOUND & has(InstitutionName=["Lightbox General"]),
        ),
        clause(
            "search-include-tag",
            "PS3.18 8.3.4.3",
            "includefield by tag",
            get(f"{series}&includefield=00080080"),
            FOUND & has(InstitutionName=["Lightbox General"]),
        ),
        clause(
            "search-include-list",
            "PS3.18 8.3.4.3",
            "includefield as a list",
            get(f"{series}&includefield=InstitutionName,BodyPartExamined"),
            FOUND & has(InstitutionName=..., BodyPartExamined=["CHEST"]),
        ),
        clause(
            "search-include-encoded",
            "PS3.18 8.3.4.3",
            "includefield as a list with %2C",
            get(f"{series}&includefield=InstitutionName%2CBodyPartExamined"),
            FOUND & has(InstitutionName=..., BodyPartExamined=["CHEST"]),
        ),
        clause(
            "search-include-twice",
            "PS3.18 8.3.4.3",
            "includefield more than once",
            get(f"{series}&includefield=InstitutionName&includefield=00180015"),
            FOUND & has(InstitutionName=..., BodyPartExamined=["CHEST"]),
        ),
        clause(
            "search-include-all",
            "PS3.18 8.3.4.3",
            "includefield=all",
            get(f"{series}&includefield=all"),
            FOUND & has(InstitutionName=["Lightbox General"], Laterality=["L"]),
        ),
        clause(
            "search-include-instance",
            "PS3.18 8.3.4.3",
            "includefield of an instance's attribute",
            get("/{ct1.series}/instances?InstanceNumber=1&includefield=WindowCenter,RescaleIntercept"),
            FOUND & has(WindowCenter=[40], RescaleIntercept=[-1024]),
        ),
        clause(
            "search-include-nested",
            "PS3.18 8.3.4.3",
            "includefield of an attribute in a sequence",
            get(f"/studies?{CT}&includefield=ProcedureCodeSequence.CodeMeaning"),
            FOUND & has(ProcedureCodeSequence=...),
        ),
        clause(
            "search-include-unknown",
            "PS3.18 8.3.4.3",
            "includefield that is no attribute",
            get("/studies?includefield=NoSuchKeyword"),
            problem(400),
        ),
        clause(
            "search-include-ohif",
            "PS3.18 8.3.4.3",
            "What OHIF asks for its list",
            get(
                f"/studies?{CT}&limit=101&offset=0&fuzzymatching=false&includefield=00081030,00080060,00080090,00100030"
            ),
            FOUND & has(StudyDescription=["Chest with contrast"], PatientBirthDate=...),
        ),
        clause(
            "search-match-returned",
            "PS3.18 10.6.3.3",
            "What was matched on is returned",
            get(f"{series}&BodyPartExamined=CHEST"),
            FOUND & has(BodyPartExamined=["CHEST"]),
        ),
        clause(
            "search-unknown-key",
            "PS3.18 8.3.4.1",
            "A key that is no attribute",
            get("/studies?NoSuchKeyword=x"),
            problem(400),
        ),
        clause(
            "search-unknown-tag", "PS3.18 8.3.4.1", "A key with seven digits", get("/studies?0010002=x"), problem(400)
        ),
        clause(
            "search-other-key",
            "PS3.18 8.3.4.1",
            "An attribute that no table names is matched too",
            get(f"/studies?{CT}&Occupation=Miner"),
            finds(),
        ),
        clause(
            "search-key-below",
            "PS3.18 8.3.4.1",
            "A key of a level below is passed over and told",
            get(f"/studies?{CT}&InstanceNumber=1"),
            FOUND & finds("ct1") & header("Warning", "InstanceNumber"),
        ),
    ]


def _rows_of_names() -> list[Clause]:
    return [
        *(
            clause(
                f"search-charset-{name}",
                "PS3.18 8.8.1",
                f"A name stored in {charset}, found by UTF-8",
                get(f"/studies?PatientID=CONF-CS-*&PatientName={quote(text)}"),
                FOUND & finds(name),
            )
            for name, charset, text in (
                ("latin", "ISO_IR 100", "müller^änne"),
                ("greek", "ISO_IR 126", "Διονυσιος"),
                ("cyrillic", "ISO_IR 144", "Люкceмбypг"),
                ("hebrew", "ISO_IR 138", "שרון^דבורה"),
                ("utf8", "ISO_IR 192", "*王^小东*"),
                ("gb18030", "GB18030", "*张^小东*"),
                ("japanese", "ISO 2022 IR 87", "*山田^太郎*"),
                ("korean", "ISO 2022 IR 149", "*洪^吉洞*"),
            )
        ),
        clause(
            "search-name-alphabetic",
            "PS3.4 C.2.2.2.1",
            "The alphabetic group alone finds a name of three",
            get("/studies?PatientName=Yamada%5ETarou"),
            FOUND & finds("japanese"),
        ),
        clause(
            "search-name-ideographic",
            "PS3.4 C.2.2.2.1",
            "The ideographic group alone",
            get(f"/studies?PatientName={quote('山田^太郎')}"),
            FOUND & finds("japanese"),
        ),
        clause(
            "search-name-phonetic",
            "PS3.4 C.2.2.2.1",
            "The phonetic group alone",
            get(f"/studies?PatientName={quote('やまだ^たろう')}"),
            FOUND & finds("japanese"),
        ),
        clause(
            "search-name-groups",
            "PS3.18 F.2.2",
            "The groups of a name are told apart in the answer",
            get("/studies?PatientID=CONF-CS-JAPANESE"),
            FOUND
            & has(
                PatientName=[{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}]
            ),
        ),
        clause(
            "search-fuzzy",
            "PS3.18 8.3.4.2",
            "fuzzymatching=true: words of a name find it, in any order",
            get("/studies?PatientID=CONF-CT&PatientName=anna%20conformance&fuzzymatching=true"),
            FOUND & finds("ct1") & no_header("Warning"),
        ),
        clause(
            "search-fuzzy-false",
            "PS3.18 8.3.4.2",
            "fuzzymatching=false: only the literal value",
            get("/studies?PatientID=CONF-CT&PatientName=anna%20conformance&fuzzymatching=false"),
            finds(),
        ),
        clause(
            "search-fuzzy-bad",
            "PS3.18 8.3.4.2",
            "fuzzymatching is true or false",
            get("/studies?fuzzymatching=maybe"),
            problem(400),
        ),
        clause(
            "search-empty-value",
            "PS3.18 8.3.4.5",
            'emptyvaluematching=true: "" finds attributes without a value',
            get(f"/studies?{OURS}&emptyvaluematching=true&PatientBirthDate=%22%22"),
            FOUND & finds("empty", "japanese", "korean"),
        ),
        clause(
            "search-empty-value-text",
            "PS3.4 C.2.2.2.7",
            "the same of a text",
            get(f"/studies?{OURS}&emptyvaluematching=true&AccessionNumber=%22%22"),
            FOUND & finds("empty", "japanese", "korean"),
        ),
        clause(
            "search-empty-value-off",
            "PS3.18 8.3.4.5",
            "emptyvaluematching=false: an empty value is universal matching",
            get("/studies?PatientID=CONF-EMPTY&emptyvaluematching=false&StudyDescription="),
            FOUND & finds("empty"),
        ),
        clause(
            "search-multiple-values",
            "PS3.4 C.2.2.2.8",
            "multiplevaluematching=true: all of the values, not any of them",
            get("/studies?PatientID=CONF-CT&multiplevaluematching=true&ModalitiesInStudy=CT%5CMR"),
            FOUND & finds("ct1"),
        ),
        clause(
            "search-multiple-values-one-missing",
            "PS3.4 C.2.2.2.8",
            "a study that lacks one of them is not found",
            get("/studies?PatientID=CONF-CT&multiplevaluematching=true&ModalitiesInStudy=CT%5CUS"),
            finds(),
        ),
    ]


def _rows_of_negotiation() -> list[Clause]:
    ct = "/studies?PatientID=CONF-CT"
    return [
        clause(
            "search-json",
            "PS3.18 10.6.4",
            "Accept: application/dicom+json",
            get(ct, accept="application/dicom+json"),
            FOUND & counts(1),
        ),
        clause(
            "search-plain-json",
            "PS3.18 10.6.4",
            "Accept: application/json",
            get(ct, accept="application/json"),
            status(200) & kind("application/json") & counts(1),
        ),
        clause("search-any", "PS3.18 8.7.5", "Accept: */*", get(ct, accept="*/*"), FOUND & counts(1)),
        clause(
            "search-browser",
            "PS3.18 8.7.5",
            "What a browser accepts",
            get(ct, accept="text/html,application/xhtml+xml,*/*;q=0.8"),
            FOUND & counts(1),
        ),
        clause(
            "search-java",
            "RFC 9110 12.5.1",
            "A lone asterisk, as old clients write it",
            get(ct, accept="text/html, image/gif, *; q=.2, */*; q=.2"),
            FOUND & counts(1),
        ),
        clause(
            "search-several",
            "RFC 9110 12.5.1",
            "The best of several by their weights",
            get(ct, accept="application/dicom+json;q=0.1, application/json;q=0.9"),
            status(200) & kind("application/json"),
        ),
        clause(
            "search-parameter",
            "PS3.18 8.3.3.1",
            "accept as a query parameter",
            get(f"{ct}&accept=application/json", accept="text/html"),
            status(200) & kind("application/json"),
        ),
        clause(
            "search-not-acceptable",
            "PS3.18 8.7.5",
            "Nothing that can be sent",
            get(ct, accept="image/png"),
            problem(406),
        ),
        clause(
            "search-weight-zero",
            "RFC 9110 12.4.2",
            "A weight of zero refuses",
            get(ct, accept="application/dicom+json;q=0, application/json"),
            status(200) & kind("application/json"),
        ),
        clause(
            "search-xml",
            "PS3.18 10.6.4",
            "XML: a part a match",
            get("/{ct1.series}/instances", accept='multipart/related; type="application/dicom+xml"'),
            status(200) & _xml_parts(3),
        ),
        clause(
            "search-gzip",
            "RFC 9110 12.5.3",
            "gzip where it is accepted",
            get(f"/instances?{OURS}", accept_encoding="gzip"),
            status(200) & header("Content-Encoding", "gzip"),
        ),
        clause(
            "search-identity",
            "RFC 9110 12.5.3",
            "and not where it is not",
            get(f"/instances?{OURS}", accept_encoding="identity"),
            status(200) & no_header("Content-Encoding"),
        ),
        clause(
            "search-vary",
            "RFC 9110 12.5.5",
            "Vary names what the answer depends on",
            get(ct),
            status(200) & header("Vary", "Accept"),
        ),
    ]


def _xml_parts(count: int) -> Expected:
    @expected(f"{count} parts application/dicom+xml")
    def check(exchange: Exchange) -> None:
        found = parts(exchange.last)
        assert len(found) == count
        for media_type, content in found:
            assert media_type.startswith("application/dicom+xml")
            assert b"NativeDicomModel" in content
            assert b"0020000E" in content or b"00080018" in content

    return check


CLAUSES = [*_rows_of_the_answer(), *_rows_of_fields(), *_rows_of_names(), *_rows_of_negotiation()]
