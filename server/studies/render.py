"""Rendering: one picture of one frame, made once for everybody who looks at the same thing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson
from numpy.typing import NDArray

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action, allows
from server.archive.frames import read_frame
from server.catalogue.search import Located
from server.dicom.resources import InstanceRef, ResourceRef
from server.dicom.transfer_syntaxes import transfer_syntax
from server.errors import Malformed, NotAcceptable
from server.rendering.cache import Cache
from server.rendering.captions import burn, captions
from server.rendering.cine import animate, durations, require_bounded
from server.rendering.codecs.index import Decode, in_process
from server.rendering.image import Image
from server.rendering.pipeline import Attached, Drawing, Picture, drawing_of, finish, samples
from server.rendering.presentation.apply import present
from server.rendering.request import RenderRequest
from server.rendering.room import Room
from server.rendering.steps.grey import explained
from server.rendering.steps.reduced import Reduced, reduce
from server.rendering.steps.stored_values import stored_values
from server.studies.attached import attached
from server.studies.retrieve import Retrieve, frame_map
from server.studies.sound import SoundFiles
from server.studies.states import Applied, States

_PARTS = {"pictures": 4, "images": 1, "attached": 1, "stored": 3, "reduced": 2, "work": 2}
"""How the memory is shared out, in sixteenths: what is kept, and the frames that are drawn at a time.

Three are left for what the heap cannot give back between large frames.
"""

_BESIDE = 2048
"""About what a picture that is kept takes besides its bytes: what it is known by, here and in answers sent before."""


@dataclass(frozen=True, slots=True)
class Target:
    """A frame that the caller may see drawn, maybe as a presentation state has it, and how the request wants it."""

    located: Located
    frame_number: int
    wish: RenderRequest
    applied: Applied | None = None

    @property
    def key(self) -> tuple[str, int, RenderRequest, str]:
        """All that the picture depends on, since it is a pure function of the files and the request."""
        return self.located.digest, self.frame_number, self.wish, self.applied.digest if self.applied else ""

    @property
    def path(self) -> str:
        """The resource that is drawn, below the DICOMweb root."""
        return self.applied.ref.path if self.applied else f"{self.located.ref.path}/frames/{self.frame_number}"

    @property
    def etag(self) -> str:
        """The same for the same picture."""
        key = "/".join(map(str, self.key))
        return f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Shown:
    """Frames to be drawn one after the other, and how many instances could not be drawn, or not as often as asked."""

    targets: Sequence[Target]
    left_out: int


class Render:
    """The rendered resources of the Studies Service."""

    def __init__(
        self,
        sound: SoundFiles,
        retrieve: Retrieve,
        audit: Audit,
        cache_bytes: int,
        decoder: Decode = in_process,
        *,
        overlays: bool = True,
        shutters: bool = True,
    ) -> None:
        self._sound = sound
        self._retrieve = retrieve
        self._audit = audit
        self._decoder = decoder
        self._states = States(sound, retrieve)
        self._overlays = overlays
        self._shutters = shutters
        share = {what: cache_bytes * part // 16 for what, part in _PARTS.items()}
        self._pictures: Cache[Picture] = Cache(share["pictures"], lambda picture: len(picture.data) + _BESIDE)
        self._images: Cache[Image] = Cache(share["images"], lambda image: image.nbytes)
        self._attached: Cache[Attached] = Cache(share["attached"], lambda attached: attached.nbytes)
        self._stored: Cache[NDArray[np.generic]] = Cache(share["stored"], lambda values: values.nbytes)
        self._reduced: Cache[Reduced] = Cache(share["reduced"], lambda reduced: reduced.nbytes)
        self._room = Room(share["work"])
        self.drawn = 0
        """How many pictures were drawn since the start: of what is asked for by many, one."""

    def target(self, caller: Caller, ref: InstanceRef, frame_number: int, wish: RenderRequest) -> Target:
        """Finds the frame; `NotFound`, or `NotAcceptable` with the reason when it cannot be drawn."""
        [located] = self._retrieve.locate(caller, Action.RENDER, ref)
        return self._target(caller, located, frame_number, wish)

    def stated(
        self, caller: Caller, ref: InstanceRef, frame_number: int, state: InstanceRef, wish: RenderRequest
    ) -> Target:
        """Finds the frame as a presentation state has it; `NotAcceptable` when the state is not about it."""
        target = self.target(caller, ref, frame_number, wish)
        [located] = self._retrieve.locate(caller, Action.RENDER, state)
        return _applied(target, self._states.applied(located, wish))

    def representative(self, caller: Caller, ref: ResourceRef, wish: RenderRequest) -> Target:
        """A frame that stands for a resource: of an instance the first, else the middle one of what can be drawn.

        Where there is no image but a presentation state, it is the first frame that the state refers to.
        """
        located = self._retrieve.locate(caller, Action.RENDER, ref)
        drawable = [one for one in located if one.not_renderable is None]
        if drawable:
            one = drawable[len(drawable) // 2]
            middle = 1 if isinstance(ref, InstanceRef) else (frame_map(one).number_of_frames + 1) // 2
            return self._target(caller, one, middle, wish)
        for one in located:
            if one.image is None and self._states.is_state(one):
                applied = self._states.applied(one, wish)
                [(image, number)] = self._states.referred(caller, applied, 1).frames
                self._audit.look(caller, Action.RENDER, ref.study_uid)
                return Target(image, number, self._as_set(wish), applied)
        raise _nothing(located)

    def reason_against(self, caller: Caller, ref: InstanceRef) -> str | None:
        """Why an instance cannot be drawn; None when it can."""
        [located] = self._retrieve.locate(caller, Action.RENDER, ref)
        return located.not_renderable

    def image(self, caller: Caller, ref: InstanceRef) -> Image:
        """The pixels of an instance as its header describes them; `NotAcceptable` when it cannot be drawn."""
        [located] = self._retrieve.locate(caller, Action.RENDER, ref)
        if located.not_renderable is not None or located.image is None:
            raise NotAcceptable(located.not_renderable or "This instance has no image.")
        return Image.from_json(orjson.loads(located.image))

    def every(
        self, caller: Caller, ref: ResourceRef, frame_numbers: Sequence[int] | None, wish: RenderRequest
    ) -> Shown:
        """All frames of a resource that can be drawn, or those of an instance that are named.

        Presentation states are no pictures of their own where there are images; where there are none, each is drawn
        on all frames that it refers to.
        """
        if wish.presentation is not None:
            raise Malformed("presentation goes with a picture of one frame.", parameter="presentation")
        located = self._retrieve.locate(caller, Action.RENDER, ref)
        drawable = [one for one in located if one.not_renderable is None]
        if not drawable:
            if frame_numbers is not None:
                raise _nothing(located)
            return self._stated(caller, located, wish)
        targets = []
        for one in drawable:
            frames = frame_map(one)
            for number in frame_numbers or range(1, frames.number_of_frames + 1):
                frames.pieces_of(number)
                targets.append(Target(one, number, self._windowed(one, number, self._as_set(wish))))
        self._audit.look(caller, Action.RENDER, ref.study_uid)
        return Shown(targets, len(located) - len(drawable))

    def picture(self, target: Target) -> Picture:
        """The picture, from the cache or made now."""
        return self._pictures.get_or_make(target.key, lambda: self._draw(target))

    def at_hand(self, caller: Caller, ref: ResourceRef, target: Target) -> Picture | None:
        """A picture of a resource that was found before, without waiting for anything.

        None when it is not kept, when the caller may not see it, or when this look at it is not yet in the audit.
        """
        allowed = allows(caller, Action.RENDER, target.located.organisation)
        if not allowed or not self._audit.is_looking(caller, Action.RENDER, ref.study_uid):
            return None
        return self._pictures.get(target.key)

    def stored(self, target: Target) -> NDArray[np.generic]:
        """The stored values of the frame, from the cache or decoded now."""
        image = self._image(target)
        name = (target.located.digest, target.frame_number)
        return self._stored.get_or_make(name, lambda: stored_values(self._samples(target, image), image))

    def animation(self, targets: Sequence[Target]) -> bytes:
        """The frames of an image as one moving picture; `TooLarge` when there are too many to hold at once."""
        require_bounded(len(targets), 1)
        header, wish = self._retrieve.header(targets[0].located), targets[0].wish
        first = self._drawing(targets[0]).pixels
        require_bounded(len(targets), first.width * first.height)
        pictures = [first, *(self._drawing(target).pixels for target in targets[1:])]
        return animate(pictures, wish.media_type, durations(header, len(targets)), wish.quality)

    def _target(self, caller: Caller, located: Located, frame_number: int, wish: RenderRequest) -> Target:
        if located.not_renderable is not None:
            raise NotAcceptable(located.not_renderable)
        frame_map(located).pieces_of(frame_number)
        self._audit.look(caller, Action.RENDER, located.ref.study_uid)
        target = Target(located, frame_number, self._windowed(located, frame_number, self._as_set(wish)))
        if wish.presentation is None:
            return target
        [state] = self._retrieve.locate(caller, Action.RENDER, InstanceRef(located.ref.study_uid, *wish.presentation))
        return _applied(target, self._states.in_place(state))

    def _as_set(self, wish: RenderRequest) -> RenderRequest:
        return replace(wish, overlays=self._overlays, shutters=self._shutters)

    def _windowed(self, located: Located, frame_number: int, wish: RenderRequest) -> RenderRequest:
        """The wish with the window that it names."""
        if not wish.explanation:
            return wish
        window = explained(self._described(located).values_of(frame_number), wish.explanation)
        return replace(wish, window=window, explanation="")

    def _stated(self, caller: Caller, located: Sequence[Located], wish: RenderRequest) -> Shown:
        states = [one for one in located if one.image is None and self._states.is_state(one)]
        if not states:
            raise _nothing(located)
        targets: list[Target] = []
        left_out = len(located) - len(states)
        for one in states:
            applied = self._states.applied(one, wish)
            shown = self._states.referred(caller, applied)
            targets.extend(Target(image, number, self._as_set(wish), applied) for image, number in shown.frames)
            left_out += not shown.complete
        self._audit.look(caller, Action.RENDER, located[0].ref.study_uid)
        return Shown(targets, left_out)

    def _draw(self, target: Target) -> Picture:
        with self._room.taken(_size(self._image(target))):
            self.drawn += 1
            return finish(self._drawing(target), self._extra(target), target.wish)

    def _drawing(self, target: Target) -> Drawing:
        image = self._image(target)
        name = (target.located.digest, target.frame_number)

        def reduced(factor: int) -> Reduced:
            return self._reduced.get_or_make((*name, factor), lambda: reduce(self.stored(target), factor))

        if target.applied is None:
            drawing = drawing_of(
                lambda: self.stored(target), image, target.frame_number, target.wish, self._extra(target), reduced
            )
        else:
            uid, number, state = target.located.ref.instance_uid, target.frame_number, target.applied.state
            wish = target.wish
            drawing = present(
                self.stored(target), image, state, uid, number, wish.viewport, self._extra(target), wish.window
            )
        if not target.wish.annotation:
            return drawing
        lines = captions(self._retrieve.header(target.located), target.frame_number, target.wish.annotation)
        return replace(drawing, pixels=burn(drawing.pixels, lines))

    def _image(self, target: Target) -> Image:
        return self._described(target.located)

    def _described(self, located: Located) -> Image:
        return self._images.get_or_make(located.digest, lambda: Image.from_json(orjson.loads(located.image or "{}")))

    def _extra(self, target: Target) -> Attached:
        """What belongs to the frame besides its pixels; most have nothing."""
        image = self._image(target)
        if not image.overlays and not image.profile:
            return Attached()
        return self._attached.get_or_make(
            (target.located.digest, target.frame_number),
            lambda: attached(
                self._sound.mapped(target.located),
                image,
                target.frame_number,
                lambda: self._samples(target, image),
            ),
        )

    def _samples(self, target: Target, image: Image) -> NDArray[np.generic]:
        frames = frame_map(target.located)
        file = self._sound.by_range(target.located.digest, target.located.size)
        data = read_frame(file, frames, target.frame_number)
        return samples(data, image, frames.first_bit(target.frame_number), self._decoder)


def _applied(target: Target, applied: Applied) -> Target:
    """The frame as a state has it; `NotAcceptable` when the state is about others."""
    uid, number = target.located.ref.instance_uid, target.frame_number
    if not any(
        one.instance_uid == uid and (not one.frames or number in one.frames) for one in applied.state.references
    ):
        raise NotAcceptable("This presentation state is not about this frame.", frame_number=number)
    return replace(target, applied=applied)


def _nothing(located: Sequence[Located]) -> NotAcceptable:
    return NotAcceptable(located[0].not_renderable or "Nothing here can be drawn.")


def _size(image: Image) -> int:
    """About how many bytes of a frame there are while it is drawn: its own, and its values where those are others."""
    compressed = transfer_syntax(image.transfer_syntax_uid).is_encapsulated
    return image.frame_bits // 8 * (2 if compressed or image.bits_allocated == 1 else 1)
