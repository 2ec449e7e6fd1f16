"""Presentation states for a viewer to follow itself: which a study has, and what one of them says."""

from typing import Any

import orjson

from server.access.people import Caller
from server.access.policy import Action
from server.catalogue.search import Located
from server.dicom.dicomjson import value
from server.dicom.resources import InstanceRef, StudyRef
from server.errors import NotFound
from server.rendering.image import Image
from server.rendering.presentation.read import COLOUR, GRAYSCALE
from server.rendering.presentation.state import State
from server.rendering.presentation.telling import told
from server.studies.retrieve import Retrieve
from server.studies.states import States


class Looks:
    """The presentation states of a study as JSON."""

    def __init__(self, states: States, retrieve: Retrieve) -> None:
        self._states = states
        self._retrieve = retrieve

    def of(self, caller: Caller, study: StudyRef) -> list[dict[str, Any]]:
        """The grayscale and colour states of a study, the newest first."""
        found = []
        for one in self._retrieve.locate(caller, Action.RETRIEVE, study):
            header = self._retrieve.header(one) if one.image is None else {}
            if value(header, "SOPClassUID") not in {GRAYSCALE, COLOUR}:
                continue
            words = ("ContentLabel", "ContentDescription", "PresentationCreationDate", "PresentationCreationTime")
            label, description, date, time = (str(value(header, keyword) or "") for keyword in words)
            uids = {
                "study_uid": one.ref.study_uid,
                "series_uid": one.ref.series_uid,
                "instance_uid": one.ref.instance_uid,
            }
            about = {"label": label, "description": description, "date": date, "time": time}
            found.append((one.stored_at, uids | about))
        return [about for _, about in sorted(found, key=lambda pair: -int(pair[0]))]

    def look(self, caller: Caller, ref: InstanceRef) -> dict[str, Any]:
        """What a state says; `NotAcceptable` when the instance is none that is applied here."""
        [located] = self._retrieve.locate(caller, Action.RETRIEVE, ref)
        state = self._states.state(located)
        return told(state, dark_is_high=self._photometric(caller, located, state) == "MONOCHROME1")

    def _photometric(self, caller: Caller, located: Located, state: State) -> str:
        """That of the first image that the state refers to and the archive holds."""
        for one in state.references[:64]:
            try:
                [image] = self._retrieve.locate(
                    caller, Action.RETRIEVE, InstanceRef(located.ref.study_uid, one.series_uid, one.instance_uid)
                )
            except NotFound:
                continue
            if image.image is not None:
                return Image.from_json(orjson.loads(image.image)).photometric
        return ""
