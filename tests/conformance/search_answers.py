"""Rows about what a search answers (PS3.18 10.6.3): attributes, and the fields asked for."""

from tests.conformance.search import CT, FOUND, finds, has
from tests.conformance.table import (
    Clause,
    Exchange,
    Expected,
    clause,
    expected,
    get,
    header,
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


CLAUSES = [*_rows_of_the_answer(), *_rows_of_fields()]
