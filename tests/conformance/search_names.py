"""Rows about names in every character set, and the ways of matching that are asked for (PS3.18 8.3.4)."""

from urllib.parse import quote

from tests.conformance.search import FOUND, OURS, finds, has
from tests.conformance.table import Clause, clause, get, no_header, problem


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


CLAUSES = _rows_of_names()
