"""Presentation states as they are kept: read once, and the images that they refer to found in the archive."""

from dataclasses import dataclass, field

from server.access.people import Caller
from server.access.policy import Action
from server.archive.values import value_of
from server.catalogue.search import Located
from server.dicom.dicomjson import value
from server.dicom.resources import InstanceRef
from server.errors import Malformed, NotAcceptable, NotFound
from server.rendering.cache import Cache
from server.rendering.presentation.apply import in_place
from server.rendering.presentation.read import COLOUR, GRAYSCALE, read_state
from server.rendering.presentation.state import State
from server.rendering.request import RenderRequest
from server.studies.retrieve import Retrieve, frame_map
from server.studies.sound import SoundFiles

MOST_FRAMES = 20_000
"""Frames that one state is drawn on, when all of them are asked for."""

_CLASS = "1.2.840.10008.5.1.4.1.1.11."
_CACHE_BYTES = 2**26


@dataclass(frozen=True, slots=True)
class Applied:
    """A state that is applied to a picture; two of them are the same when their files are."""

    ref: InstanceRef
    digest: str
    state: State = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Referred:
    """Frames that a state refers to, in its order, and whether they are all of them."""

    frames: list[tuple[Located, int]]
    complete: bool


class States:
    """The presentation states of the archive."""

    def __init__(self, sound: SoundFiles, retrieve: Retrieve) -> None:
        self._sound = sound
        self._retrieve = retrieve
        # a state that has been read weighs about what its file does
        self._read: Cache[tuple[State, int]] = Cache(_CACHE_BYTES, lambda one: one[1])

    def is_state(self, located: Located) -> bool:
        """Whether an instance without pixels is a presentation state of any kind."""
        return str(value(self._retrieve.header(located), "SOPClassUID")).startswith(_CLASS)

    def applied(self, located: Located, wish: RenderRequest) -> Applied:
        """The state of an instance; `NotAcceptable` for kinds that are not applied here.

        `Malformed` when the wish has what a state has of its own: a window, a region (PS3.18 8.3.5.1.3, 8.3.5.1.4).
        """
        state = self.state(located)
        if wish.window is not None or wish.explanation:
            raise Malformed("window does not go with a presentation state: it has its own.", parameter="window")
        if wish.viewport is not None and wish.viewport.region is not None:
            raise Malformed("viewport is width,height alone with a presentation state.", parameter="viewport")
        return Applied(located.ref, located.digest, state)

    def in_place(self, located: Located) -> Applied:
        """The greys, shutters and overlay planes of a state, with the image where it lies; a window may take theirs."""
        state = in_place(self.state(located))
        return Applied(located.ref, f"{located.digest} in place", state)

    def state(self, located: Located) -> State:
        """What an instance says; `NotAcceptable` for kinds that are not applied here."""
        state, _ = self._read.get_or_make(located.digest, lambda: (self._state(located), located.size))
        return state

    def referred(self, caller: Caller, applied: Applied, most: int = MOST_FRAMES) -> Referred:
        """The frames that a state refers to, without what is not in the archive or cannot be drawn.

        `NotAcceptable` when there are none. They lie in the state's own study (PS3.3 C.11.11).
        """
        found: list[tuple[Located, int]] = []
        complete = True
        for reference in applied.state.references:
            ref = InstanceRef(applied.ref.study_uid, reference.series_uid, reference.instance_uid)
            try:
                [image] = self._retrieve.locate(caller, Action.RENDER, ref)
            except NotFound:
                complete = False
                continue
            if image.not_renderable is not None or image.image is None:
                complete = False
                continue
            frames = frame_map(image).number_of_frames
            numbers = [number for number in reference.frames if 1 <= number <= frames] or range(1, frames + 1)
            found.extend((image, number) for number in numbers[: most - len(found)])
            if len(found) >= most:
                break
        if not found:
            raise NotAcceptable("None of the images that this presentation state refers to can be drawn here.")
        return Referred(found, complete)

    def _state(self, located: Located) -> State:
        header = self._retrieve.header(located)
        kind = str(value(header, "SOPClassUID"))
        if kind not in {GRAYSCALE, COLOUR}:
            raise NotAcceptable("Only grayscale and colour softcopy presentation states are applied here.", kind=kind)
        file = self._sound.mapped(located)

        def read(uri: str) -> bytes:
            found = value_of(file, uri.partition("/bulkdata/")[2])
            return b"".join(found.pieces(0, found.length))

        return read_state(header, read)
