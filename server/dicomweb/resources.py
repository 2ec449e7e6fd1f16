"""From the path of a request to the resource it names, its UIDs and frame numbers checked."""

import re

from starlette.requests import Request

from server.dicom.resources import InstanceRef, ResourceRef, SeriesRef, StudyRef
from server.dicom.uids import is_uid
from server.errors import Malformed

MOST_FRAMES_IN_LIST = 100_000


def resource(request: Request) -> ResourceRef:
    """The study, series or instance that the path names; `Malformed` when a UID is none."""
    uids = [request.path_params[name] for name in ("study", "series", "instance") if name in request.path_params]
    for uid in uids:
        if not is_uid(uid):
            raise Malformed("A UID is dotted numbers of 64 characters at most (PS3.5 9.1).", uid=uid[:80])
    if len(uids) == 1:
        return StudyRef(*uids)
    return SeriesRef(*uids) if len(uids) == 2 else InstanceRef(*uids)


def instance(request: Request) -> InstanceRef:
    """The instance that the path names."""
    ref = resource(request)
    if not isinstance(ref, InstanceRef):
        raise Malformed("The path names no instance.")
    return ref


def frame_numbers(request: Request) -> list[int]:
    """The frame list of the path, in its own order (PS3.18 10.1.1)."""
    return frame_list(request.path_params["frames"])


def frame_list(text: str) -> list[int]:
    """The numbers of a frame list; `Malformed` when it is none."""
    if not re.fullmatch(r"[0-9]{1,10}(,[0-9]{1,10})*", text):
        raise Malformed("A frame list is frame numbers from 1, separated by commas.", frames=text[:80])
    numbers = [int(number) for number in text.split(",")]
    if len(numbers) > MOST_FRAMES_IN_LIST or 0 in numbers:
        raise Malformed("Frame numbers count from 1.", frames=text[:80])
    return numbers
