"""What each resource and method is for, once: the capabilities, the OpenAPI and the conformance statement say it.

The routes say what exists; a row here only describes it, so a row without a route is never told to anyone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from server.catalogue.conditions import COLUMNS
from server.catalogue.query import Level, level_of
from server.dicom.attributes import attribute
from server.dicomweb.stow import ANSWERS, TAKEN
from server.rendering.request import ICC_PROFILES, MEDIA_TYPES
from server.rendering.volume.request import METHODS
from server.rendering.volume.request import PICTURES as VOLUME_TYPES
from server.rendering.volume.view import SIDES
from server.studies.documents import DOCUMENTS

JSON = ("application/dicom+json", "application/json")
XML = 'multipart/related; type="application/dicom+xml"'
INSTANCES = ('multipart/related; type="application/dicom"', "application/dicom")
OCTETS = ('multipart/related; type="application/octet-stream"', "application/octet-stream")

STUDY = "/studies/{study}"
SERIES = STUDY + "/series/{series}"
INSTANCE = SERIES + "/instances/{instance}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter; `pattern` is a regular expression, and `words` all its values where they are few."""

    name: str
    reason: str
    pattern: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One transaction: its name in PS3.18, what it does, the clause, what it answers with and what it takes."""

    name: str
    summary: str
    section: str
    answers: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = field(default=())
    statuses: tuple[int, ...] = (200,)


_ACCEPT = Parameter("accept", "Media types wanted, over the Accept header (8.3.3.1).")
_WHOLE = r"^[0-9]{1,9}$"
_BOOLEAN = ("true", "false")
_SEARCH = (
    Parameter("limit", "Most results of this answer (8.3.4.4).", _WHOLE),
    Parameter("offset", "Results to pass over (8.3.4.4).", _WHOLE),
    Parameter("includefield", "Attributes to answer besides the usual, by keyword or tag, or all (8.3.4.3)."),
    Parameter("fuzzymatching", "Person names by likeness (8.3.4.2).", words=_BOOLEAN),
    Parameter("emptyvaluematching", 'Whether "" finds what is missing or empty (8.3.4.5).', words=_BOOLEAN),
    Parameter("multiplevaluematching", "Whether values must all be there (8.3.4.6).", words=_BOOLEAN),
    _ACCEPT,
)
_RENDERED = (
    Parameter("window", "center,width,function with function linear, linear-exact or sigmoid (8.3.5.1.4)."),
    Parameter("windowexplanation", "The window of the header with this explanation; of this server."),
    Parameter("viewport", "width,height, or width,height,x,y,width,height of the region (8.3.5.1.3)."),
    Parameter("quality", "1 to 100 for lossy media types (8.3.5.1.2).", r"^([1-9][0-9]?|100)$"),
    Parameter("annotation", "patient, technique or both, burned into the picture (8.3.5.1.1)."),
    Parameter("iccprofile", "The profile of a picture, or the space of its colours (8.3.5.1.5).", words=ICC_PROFILES),
    _ACCEPT,
)
_VOLUME = (
    Parameter("renderingmethod", "How samples are put together (8.3.5.3.3).", words=METHODS),
    Parameter("orientation", "From which side of the patient (8.3.5.3.4).", words=tuple(SIDES)),
    Parameter("viewpointposition", "x,y,z of where one looks from, in mm (8.3.5.3.5)."),
    Parameter("viewpointlookat", "x,y,z of what is in the middle of the picture (8.3.5.3.6)."),
    Parameter("viewpointup", "x,y,z of the direction upwards (8.3.5.3.7)."),
    Parameter("mprslab", "Thickness of the slab in mm (8.3.5.3.8)."),
    Parameter("spacing", "Millimetres of a pixel; of this server."),
    Parameter("volumeinputreference", "SOP Instance UIDs that make the volume (8.3.5.3.1)."),
    Parameter("renderedvolumetricmetadata", "What was applied instead of the picture (8.3.5.3.13).", words=("yes",)),
    Parameter("window", "center,width,function with function linear, linear-exact or sigmoid (8.3.5.1.4)."),
    Parameter("viewport", "width,height (8.3.5.1.3)."),
    Parameter("quality", "1 to 100 for lossy media types (8.3.5.1.2).", r"^([1-9][0-9]?|100)$"),
    _ACCEPT,
)


def keys(level: Level) -> list[str]:
    """The keywords that a search at `level` finds by SQL alone, those of the levels above among them, by their tags."""
    return [attribute(name).keyword for name in sorted(COLUMNS) if level_of(name, level) <= level]


def _search(level: Level, of: str = "") -> Operation:
    matched = tuple(Parameter(keyword, "Attribute to match (8.3.4.1).") for keyword in keys(level))
    plural = ("Studies", "Series", "Instances")[level]
    return Operation(
        f"SearchFor{of}{plural}",
        f"Search for {plural.lower()}{f' of a {of.lower()}' if of else ''}",
        "10.6",
        (*JSON, XML),
        parameters=(*matched, *_SEARCH),
        statuses=(200, 204),
    )


def _retrieved(path: str, noun: str) -> Iterator[tuple[tuple[str, str], Operation]]:
    """What every study, series and instance has."""
    get = {
        "": Operation(f"Retrieve{noun}", "The instances as Part 10 files", "10.4.1.1.1", INSTANCES, (), (_ACCEPT,)),
        "/metadata": Operation(f"Retrieve{noun}Metadata", "Attributes", "10.4.1.1.2", (*JSON, XML), (), (_ACCEPT,)),
        "/rendered": Operation(
            f"RetrieveRendered{noun}",
            "Pictures, documents, and images as presentation states have them",
            "10.4.1.1.3",
            (*MEDIA_TYPES, *DOCUMENTS),
            (),
            _RENDERED,
        ),
        "/thumbnail": Operation(
            f"Retrieve{noun}Thumbnail", "A small picture", "10.4.1.1.4", MEDIA_TYPES, (), _RENDERED
        ),
        "/bulkdata": Operation(f"Retrieve{noun}BulkData", "All bulk data", "10.4.1.1.5", OCTETS, (), (_ACCEPT,)),
        "/pixeldata": Operation(f"Retrieve{noun}PixelData", "All pixel data", "10.4.1.1.6", OCTETS, (), (_ACCEPT,)),
    }
    for suffix, operation in get.items():
        yield ("GET", path + suffix), operation
    yield (
        ("DELETE", path),
        Operation(f"Delete{noun}", "Takes it away, restorable for a time", "-", ("application/json",)),
    )


def _volumes(path: str, noun: str) -> Iterator[tuple[tuple[str, str], Operation]]:
    """What a series and a multi-frame instance have."""
    for kind, title in (("MPR", "A plane or slab through the volume"), ("3D", "The volume from outside")):
        section = "10.4.1.1.7" if kind == "MPR" else "10.4.1.1.8"
        name = f"RetrieveRendered{kind}{noun}"
        yield ("GET", f"{path}/rendered{kind}"), Operation(name, title, section, VOLUME_TYPES, (), _VOLUME)


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/studies"): _search(Level.STUDY),
    ("GET", "/series"): _search(Level.SERIES),
    ("GET", "/instances"): _search(Level.INSTANCE),
    ("GET", STUDY + "/series"): _search(Level.SERIES, "Study"),
    ("GET", STUDY + "/instances"): _search(Level.INSTANCE, "Study"),
    ("GET", SERIES + "/instances"): _search(Level.INSTANCE, "Series"),
    ("POST", "/studies"): Operation("StoreInstances", "Store instances", "10.5", ANSWERS, TAKEN),
    ("POST", STUDY): Operation("StoreStudyInstances", "Store instances of this study", "10.5", ANSWERS, TAKEN),
    **dict(_retrieved(STUDY, "Study")),
    **dict(_retrieved(SERIES, "Series")),
    **dict(_retrieved(INSTANCE, "Instance")),
    **dict(_volumes(SERIES, "Series")),
    **dict(_volumes(INSTANCE, "Instance")),
    ("GET", INSTANCE + "/frames/{frames}"): Operation(
        "RetrieveFrames", "Frames in the order of the list", "10.4.1.1.6", OCTETS, (), (_ACCEPT,)
    ),
    ("GET", INSTANCE + "/frames/{frames}/rendered"): Operation(
        "RetrieveRenderedFrames", "A picture of a frame", "10.4.1.1.3", MEDIA_TYPES, (), _RENDERED
    ),
    ("GET", INSTANCE + "/frames/{frames}/thumbnail"): Operation(
        "RetrieveFrameThumbnail", "A small picture of a frame", "10.4.1.1.4", MEDIA_TYPES, (), _RENDERED
    ),
    ("GET", INSTANCE + "/bulkdata/{path}"): Operation(
        "RetrieveBulkData", "The value that a BulkDataURI stands for", "10.4.1.1.5", OCTETS, (), (_ACCEPT,)
    ),
    ("GET", "/changes"): Operation(
        "RetrieveChanges",
        "What was stored and taken away since a number, in order",
        "-",
        ("application/json", "text/event-stream"),
        (),
        (
            Parameter("since", "The last change that is known.", _WHOLE),
            Parameter("limit", "Most changes of this answer.", _WHOLE),
            Parameter("wait", "Seconds to wait for news.", "^[0-5]?[0-9]$"),
        ),
    ),
    ("GET", "/capabilities"): Operation(
        "RetrieveCapabilities", "What is offered", "8.9", ("application/vnd.sun.wadl+xml", "application/json")
    ),
    ("GET", "/"): Operation(
        "RetrieveRoot", "What is offered", "8.9", ("application/vnd.sun.wadl+xml", "application/json")
    ),
    ("GET", "/openapi.json"): Operation("RetrieveDescription", "This description", "-", ("application/json",)),
}
"""Every described operation by its method and its path below the DICOMweb root."""


def operation(method: str, path: str) -> Operation:
    """The description of a method of a resource; a plain one where nobody has described it."""
    return OPERATIONS.get((method, path)) or Operation(f"{method} {path}", "Not described", "-")
