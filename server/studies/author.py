"""Authoring: what people make of images, written as DICOM objects and stored as if they had arrived."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from server.access.people import Caller
from server.access.policy import Action
from server.authoring import document
from server.authoring.calibration import line_for
from server.authoring.codes import TITLES
from server.authoring.document import Authorship, Image
from server.authoring.key_objects import key_objects, reason, selected
from server.authoring.marks import Mark, clean, read_frame
from server.authoring.measurement_report import Measurement, beyond, measurement_report
from server.authoring.measures import ON_A_PLANE, measures, scale_of, unit_of_values, words
from server.authoring.presentation_state import Drawn, Look, presentation_state
from server.authoring.reading import Opened, is_measurement_report, read_measurement_report
from server.dicom.dicomjson import value
from server.dicom.dictionary import Attributes
from server.dicom.encoding import Bulk, encode
from server.dicom.file_meta import file_head
from server.dicom.resources import FrameRef, InstanceRef, SeriesRef, StudyRef
from server.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from server.errors import Conflict, Malformed, NotAcceptable, NotFound, ServerError
from server.rendering.regions import Region
from server.rendering.volume.section import Section
from server.studies.retrieve import Retrieve
from server.studies.statistics import Statistics
from server.studies.store import Refused, Store

MOST_KEY_IMAGES = 500
_REGIONS = {"ellipse", "polygon"}


@dataclass(frozen=True, slots=True)
class Written:
    """An object that was written and stored, and what could not be put into it."""

    ref: InstanceRef
    left_out: tuple[str, ...] = ()


class Author:
    """Writes and reads back what people make of the images of a study.

    `now` is the clock; what is stored belongs to `organisation`.
    """

    def __init__(
        self,
        retrieve: Retrieve,
        statistics: Statistics,
        store: Store,
        organisation: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._retrieve = retrieve
        self._statistics = statistics
        self._store = store
        self._organisation = organisation
        self._now = now

    def save_marks(self, caller: Caller, marks: Sequence[Mark], predecessor: InstanceRef | None) -> Written:
        """Marks of one study as a measurement report; those beyond their images are left out.

        `NotAcceptable` when that leaves none, `NotFound` when an image is not there.
        """
        images = self._images(caller, [mark.frame for mark in marks])
        kept, left_out = [], []
        for mark in marks:
            image = images[mark.frame.instance]
            if beyond(mark, image, scale_of(image.header, mark.frame.frame_number)):
                left_out.append(f"The {mark.kind} reaches beyond its image, which a report cannot tell.")
            else:
                kept.append(self._measurement(caller, mark, images, marks))
        if not kept:
            raise NotAcceptable("None of these marks can be told in a report.", left_out=left_out)
        before = None
        if predecessor is not None:
            before = Image(predecessor, self._header(caller, predecessor))
        study_uid = marks[0].frame.instance.study_uid
        made = measurement_report(kept, self._authorship(caller, study_uid, "SR"), before)
        return Written(self._keep(caller, made, study_uid), tuple(left_out))

    def save_presentation(
        self, caller: Caller, shown: FrameRef, look: Look, marks: Sequence[Mark], label: str
    ) -> Written:
        """How a series is shown, and the marks on it, as a presentation state."""
        series = shown.instance
        by_ref = {image.ref: image for image in self._series(caller, series)}
        images = list(by_ref.values())
        if series not in by_ref:
            raise NotFound("This series holds no such image.")
        drawn, left_out = [], []
        for mark in marks:
            image = by_ref.get(mark.frame.instance)
            if mark.plane:
                left_out.append(f"The {mark.kind} lies on a plane through the images, which their state cannot tell.")
                continue
            if image is None:
                left_out.append(f"The {mark.kind} lies in another series.")
                continue
            one = self._measurement(caller, mark, by_ref, marks)
            drawn.append(Drawn(mark, image, one.scale, words(mark, one.scale, one.measured)))
        by = self._authorship(caller, series.study_uid, "PR")
        made = presentation_state(by_ref[series], images, look, drawn, label, by)
        return Written(self._keep(caller, made, series.study_uid), tuple(left_out))

    def save_key_images(self, caller: Caller, frames: Sequence[FrameRef], title: str, description: str) -> Written:
        """Chosen frames of one study as a key object selection."""
        images = self._images(caller, frames)
        chosen = [(images[frame.instance], frame.frame_number) for frame in frames]
        study_uid = frames[0].instance.study_uid
        made = key_objects(chosen, title, description, self._authorship(caller, study_uid, "KO"))
        return Written(self._keep(caller, made, study_uid))

    def key_images(self, caller: Caller, study: StudyRef) -> list[dict[str, Any]]:
        """The instances that any key object selection of a study points at, with their frames (none: all), and why."""
        found: dict[InstanceRef, list[int]] = {}
        reasons: dict[InstanceRef, set[str]] = {}
        for one in self._retrieve.locate(caller, Action.RETRIEVE, study):
            header = self._retrieve.header(one) if one.image is None else {}
            for ref, frames in selected(header):
                whole = ref in found and not found[ref]
                found[ref] = [] if whole or not frames else sorted({*found.get(ref, []), *frames})
                reasons.setdefault(ref, set()).add(reason(header))
        return [
            {
                "series_uid": ref.series_uid,
                "instance_uid": ref.instance_uid,
                "frames": frames,
                "reasons": sorted(reasons[ref] - {""}),
            }
            for ref, frames in found.items()
        ]

    def reports(self, caller: Caller, study: StudyRef) -> list[dict[str, Any]]:
        """The measurement reports of a study, the newest first."""
        found = []
        for one in self._retrieve.locate(caller, Action.RETRIEVE, study):
            if one.image is not None or not is_measurement_report(header := self._retrieve.header(one)):
                continue
            opened = read_measurement_report(header)
            found.append(
                {
                    "study_uid": one.ref.study_uid,
                    "series_uid": one.ref.series_uid,
                    "instance_uid": one.ref.instance_uid,
                    "description": str(value(header, "SeriesDescription") or ""),
                    "date": str(value(header, "ContentDate") or ""),
                    "time": str(value(header, "ContentTime") or ""),
                    "maker": str(value(header, "Manufacturer") or ""),
                    "marks": len(opened.marks),
                    "stored_at": one.stored_at,
                }
            )
        return sorted(found, key=lambda one: -int(one["stored_at"]))

    def open_marks(self, caller: Caller, ref: InstanceRef) -> Opened:
        """The marks of a report; `NotAcceptable` when it is no measurement report."""
        header = self._header(caller, ref)
        if not is_measurement_report(header):
            raise NotAcceptable("This instance is no imaging measurement report (PS3.16 TID 1500).")
        return read_measurement_report(header)

    def _measurement(
        self, caller: Caller, mark: Mark, images: Mapping[InstanceRef, Image], among: Sequence[Mark]
    ) -> Measurement:
        """What a mark measures, by the last of the calibrations that reach its image."""
        image = images[mark.frame.instance]
        by_hand = line_for(mark, among, {ref: one.header for ref, one in images.items()})
        scale = (
            ON_A_PLANE
            if mark.plane
            else scale_of(image.header, mark.frame.frame_number, () if by_hand else mark.points).by_hand(by_hand)
        )
        summary = self._summary(caller, mark)
        return Measurement(mark, image, scale, measures(mark, scale, summary, unit_of_values(image.header)))

    def _summary(self, caller: Caller, mark: Mark) -> dict[str, Any] | None:
        """What the region holds; None where its pixels cannot be counted, and then only its area is told."""
        if mark.kind not in _REGIONS:
            return None
        try:
            region = Region(mark.kind, mark.points)
            if plane := mark.plane:
                section = Section(plane.origin, plane.right, plane.down, plane.slab, plane.method)
                series = SeriesRef(mark.frame.instance.study_uid, mark.frame.instance.series_uid)
                return self._statistics.on_plane(caller, series, section, region).plain()
            return self._statistics.of(caller, mark.frame.instance, mark.frame.frame_number, region).plain()
        except NotAcceptable:
            return None

    def _images(self, caller: Caller, frames: Sequence[FrameRef]) -> dict[InstanceRef, Image]:
        """The images that frames lie on; `NotFound` when one has no such frame."""
        images = {}
        for frame in frames:
            if frame.instance not in images:
                images[frame.instance] = Image(frame.instance, self._header(caller, frame.instance))
            if frame.frame_number > int(value(images[frame.instance].header, "NumberOfFrames") or 1):
                raise NotFound("The image has no such frame.", frame_number=frame.frame_number)
        return images

    def _series(self, caller: Caller, of: InstanceRef) -> Iterator[Image]:
        """The images of a series, in their order; read together, since they may be thousands."""
        revisions = self._retrieve.metadata(caller, SeriesRef(of.study_uid, of.series_uid))
        for header in map(orjson.loads, self._retrieve.attributes(revisions)):
            if value(header, "Rows"):
                yield Image(InstanceRef(of.study_uid, of.series_uid, str(value(header, "SOPInstanceUID"))), header)

    def _header(self, caller: Caller, ref: InstanceRef) -> Attributes:
        [located] = self._retrieve.locate(caller, Action.RETRIEVE, ref)
        return self._retrieve.header(located)

    def _authorship(self, caller: Caller, study_uid: str, modality: str) -> Authorship:
        """The local person is nobody in particular: then the device observes."""
        series = SeriesRef(study_uid, document.series_uid(study_uid, modality, self._organisation))
        try:
            before = len(self._retrieve.locate(caller, Action.RETRIEVE, series))
        except NotFound:
            before = 0
        person = caller.name if caller.is_signed_in else ""
        return Authorship(self._organisation, person, self._now(), before + 1)

    def _keep(self, caller: Caller, made: Attributes, study_uid: str) -> InstanceRef:
        incoming = self._store.receive()
        try:
            uids = [str(value(made, keyword)) for keyword in ("SOPClassUID", "SOPInstanceUID")]
            incoming.write(file_head(uids[0], uids[1], EXPLICIT_VR_LITTLE_ENDIAN))
            for piece in encode(made, _no_bulk):
                incoming.write(piece)
        except BaseException:
            incoming.discard()
            raise
        [outcome] = self._store.store(caller, [incoming], study_uid)
        if isinstance(outcome, Refused):
            raise Conflict(outcome.message)
        return outcome.ref


def read_key_images(told: object, study_uid: str) -> list[FrameRef]:
    """The frames of a list from outside, each once; `Malformed` when they are none, or lie in another study."""
    if not isinstance(told, list) or not 1 <= len(told) <= MOST_KEY_IMAGES:
        raise Malformed(f"images is a list of 1 to {MOST_KEY_IMAGES} images.")
    frames = list(dict.fromkeys(map(read_frame, told)))
    if any(frame.instance.study_uid != study_uid for frame in frames):
        raise Malformed("Every image must lie in the study in the address.")
    return frames


def read_title(told: object) -> str:
    """The name of a document title for key images."""
    title = "of-interest" if told is None else clean(told, 64)
    if title not in TITLES:
        raise Malformed("title is one of " + ", ".join(TITLES) + ".", title=title)
    return title


def _no_bulk(_uri: str) -> Bulk:
    raise ServerError("Nothing written here has bulk data.")
