"""What is offered (PS3.18 8.9): every resource tells its methods, and the descriptions leave none out."""

from xml.etree import ElementTree

import pytest

from server.dicomweb.operations import OPERATIONS
from tests.http.conftest import Client

WADL = "{http://wadl.dev.java.net/2009/02}"


@pytest.mark.parametrize("path", ["/dicomweb", "/dicomweb/", "/dicomweb/capabilities"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_the_root_describes_all_resources(client: Client, method: str, path: str) -> None:
    answer = client.request(method, path, headers={"Accept": "application/vnd.sun.wadl+xml"})
    assert answer.headers["content-type"] == "application/vnd.sun.wadl+xml"
    [resources] = ElementTree.fromstring(answer.text)
    assert resources.attrib["base"].endswith("/dicomweb")
    names = {method.attrib["id"] for method in resources.iter(f"{WADL}method")}
    assert {"SearchForStudies", "StoreInstances", "RetrieveFrames", "RetrieveSeriesMetadata"} <= names


def test_a_resource_describes_itself_and_what_lies_below(client: Client) -> None:
    answer = client.request("OPTIONS", "/dicomweb/studies/1.2/series", headers={"Accept": "application/json"})
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    [series] = answer.json()["application"]["resources"]["resource"]
    assert series["path"] == "studies/{study}/series"
    assert [below["path"] for below in series["resource"]] == ["{series}"]


def test_the_methods_are_told_even_where_no_description_is_accepted(client: Client) -> None:
    answer = client.request("OPTIONS", "/dicomweb/studies", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_every_operation_of_the_openapi_description_is_described(client: Client) -> None:
    paths = client.get("/dicomweb/openapi.json").json()["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert told == set(OPERATIONS)
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_a_body_of_another_kind_is_told_what_would_be_taken(client: Client) -> None:
    answer = client.post("/dicomweb/studies", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert 'multipart/related; type="application/dicom"' in answer.headers["accept"]
