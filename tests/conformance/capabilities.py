"""Rows about what the server says that it can do (PS3.18 8.9): WADL, JSON, OpenAPI, and OPTIONS of every resource."""

from xml.etree import ElementTree

from tests.conformance.table import ROOT, Clause, Exchange, ask, clause, expected, get, header, kind, problem, status

WADL = "application/vnd.sun.wadl+xml"


RESOURCES = {
    "root": "/",
    "studies": "/studies",
    "study": "/{ct1.study}",
    "all-series": "/series",
    "study-series": "/{ct1.study}/series",
    "series": "/{ct1.series}",
    "instances": "/instances",
    "instance": "/{ct1.instance}",
    "metadata": "/{ct1.instance}/metadata",
    "frames": "/{frames.instance}/frames/1",
    "rendered": "/{ct1.instance}/rendered",
    "thumbnail": "/{ct1.study}/thumbnail",
}


@expected("one application, its resources with the base address, and the methods of the Studies Service")
def _wadl(exchange: Exchange) -> None:
    document = ElementTree.fromstring(exchange.last.text)
    assert document.tag.endswith("}application")
    [resources] = document
    assert resources.attrib["base"].endswith(ROOT)
    names = {node.attrib["id"] for node in document.iter() if node.tag.endswith("}method")}
    wanted = {"SearchForStudies", "StoreInstances", "RetrieveStudy", "RetrieveFrames", "RetrieveRenderedInstance"}
    assert wanted <= names, names


@expected("the same in JSON")
def _json_capabilities(exchange: Exchange) -> None:
    resources = exchange.last.json()["application"]["resources"]
    assert resources["base"].endswith(ROOT)
    assert "studies" in {resource["path"] for resource in resources["resource"]}


@expected("an OpenAPI 3 description with every path")
def _openapi(exchange: Exchange) -> None:
    described = exchange.last.json()
    assert described["openapi"].startswith("3.")
    assert {"get", "post"} <= set(described["paths"]["/studies"])


def _rows_of_capabilities() -> list[Clause]:
    return [
        clause(
            "capabilities-options",
            "PS3.18 8.9.1",
            "OPTIONS of the base address, as WADL",
            ask("OPTIONS", "/", accept=WADL),
            status(200) & kind(WADL) & _wadl,
        ),
        clause(
            "capabilities-options-bare",
            "PS3.18 8.9.1",
            "The same without the last slash",
            ask("OPTIONS", "", accept=WADL),
            status(200) & kind(WADL) & _wadl,
        ),
        clause(
            "capabilities-json",
            "PS3.18 8.9.1",
            "as JSON",
            ask("OPTIONS", "/", accept="application/json"),
            status(200) & kind("application/json") & _json_capabilities,
        ),
        clause(
            "capabilities-get",
            "PS3.18 8.9",
            "The same by GET",
            get("/capabilities", accept=WADL),
            status(200) & kind(WADL) & _wadl,
        ),
        clause(
            "capabilities-refused",
            "PS3.18 8.9.3",
            "A form that cannot be made",
            ask("OPTIONS", "/", accept="image/png"),
            problem(406),
        ),
        clause(
            "capabilities-openapi",
            "OpenAPI 3.1",
            "The OpenAPI description",
            get("/openapi.json"),
            status(200) & kind("application/json") & _openapi,
        ),
        *(
            clause(
                f"options-{name}",
                "RFC 9110 9.3.7",
                f"OPTIONS of {name.replace('-', ' ')}",
                ask("OPTIONS", path),
                status(200) & header("Allow", "GET") & header("Allow", "OPTIONS"),
            )
            for name, path in RESOURCES.items()
        ),
        clause(
            "options-post",
            "RFC 9110 9.3.7",
            "Where instances are stored, POST is allowed",
            ask("OPTIONS", "/studies"),
            status(200) & header("Allow", "POST"),
        ),
    ]


CLAUSES = _rows_of_capabilities()
