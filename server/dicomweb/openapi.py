"""The resources as an OpenAPI 3.1 description, for tools that read that: made from the routes and their operations."""

import re
from collections.abc import Iterable
from typing import Any

from server.dicomweb.operations import Operation, Parameter, operation

_UID = {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*$", "maxLength": 64}
_FRAMES = {"type": "string", "pattern": r"^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*$"}
_BULK_DATA = {"type": "string", "pattern": r"^[0-9A-F]{8}(/[1-9][0-9]*/[0-9A-F]{8})*$"}
_PATH_PARAMETERS = {
    "study": ("Study Instance UID", _UID),
    "series": ("Series Instance UID", _UID),
    "instance": ("SOP Instance UID", _UID),
    "frames": ("Frame numbers from 1, separated by commas", _FRAMES),
    "path": ("Tag of the attribute; before it, for each sequence, its tag and the item's number", _BULK_DATA),
}
_PROBLEM = {
    "description": "A problem (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SCHEMAS = {
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "facts": {"type": "object"},
        },
    },
    "DataSet": {
        "description": "A data set in the DICOM JSON model (PS3.18 annex F)",
        "type": "object",
        "patternProperties": {"^[0-9A-F]{8}$": {"type": "object", "required": ["vr"]}},
        "additionalProperties": False,
    },
    "DataSets": {"type": "array", "items": {"$ref": "#/components/schemas/DataSet"}},
}


def description(operations: Iterable[tuple[str, str]], root: str) -> dict[str, Any]:
    """The description of these methods and paths below `root`, the absolute address of the DICOMweb root."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path in operations:
        paths.setdefault(path, {})[method.lower()] = _operation(method, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lightbox DICOMweb",
            "version": "1",
            "description": "PS3.18 Studies Service: store, search, retrieve and render.",
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }


def _operation(method: str, path: str) -> dict[str, Any]:
    described = operation(method, path)
    made: dict[str, Any] = {
        "operationId": described.name,
        "summary": described.summary,
        "description": "" if described.section == "-" else f"PS3.18 {described.section}",
        "parameters": [
            *(_path_parameter(name) for name in re.findall(r"{(\w+)}", path)),
            *map(_query_parameter, described.parameters),
        ],
        "responses": {str(status): _answer(described, status) for status in described.statuses},
    }
    made["responses"] |= {"4XX": _PROBLEM, "503": _PROBLEM}
    if described.takes:
        binary = {"schema": {"type": "string", "format": "binary"}}
        made["responses"] |= {str(status): _answer(described, status) for status in (202, 409)}
        made["requestBody"] = {"required": True, "content": dict.fromkeys(described.takes, binary)}
    return made


def _path_parameter(name: str) -> dict[str, Any]:
    reason, schema = _PATH_PARAMETERS[name]
    return {"name": name, "in": "path", "required": True, "description": reason, "schema": schema}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter.pattern:
        schema["pattern"] = parameter.pattern
    if parameter.words:
        schema["enum"] = list(parameter.words)
    return {"name": parameter.name, "in": "query", "description": parameter.reason, "schema": schema}


def _answer(described: Operation, status: int) -> dict[str, Any]:
    if status == 204 or not described.answers:
        return {"description": "Done; there is nothing to say" if status == 204 else described.summary}
    many = described.section == "10.6" or described.name.endswith("Metadata")
    data_sets = {"schema": {"$ref": f"#/components/schemas/DataSet{'s' if many else ''}"}}
    return {
        "description": described.summary,
        "content": {kind: data_sets if kind == "application/dicom+json" else {} for kind in described.answers},
    }
