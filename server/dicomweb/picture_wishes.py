"""What a request wants of pictures: in which form, and drawn how (PS3.18 8.3.5, 8.7.4)."""

from dataclasses import replace

from starlette.requests import Request

from server.dicomweb.accepting import Wish, require_utf_8, wishes
from server.errors import Malformed, NotAcceptable
from server.rendering.request import MEDIA_TYPES, RenderRequest, Viewport, parse
from server.web.negotiation import MediaType, choose

PRIVATE = {"Cache-Control": "private, max-age=3600, immutable", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}
"""What is sent with a picture."""

_THUMBNAIL = 128


def form_of_pictures(request: Request, *, several: bool) -> Wish:
    """The wish that pictures meet best, `several` only as parts; `NotAcceptable` names what can be had."""
    wanted = wishes(request)
    if any(one.covers("image/jpeg") and one.kind != "image/jpeg" for one in wanted):
        # browsers name WebP before any picture; it takes ten times the work of a JPEG, so they are sent that
        wanted = [one for one in wanted if one.kind != "image/webp"]
    for one in wanted:
        if any(map(one.covers, MEDIA_TYPES)) and not (several and one.multipart is False):
            return one
    offers = [f'multipart/related; type="{kind}"' for kind in MEDIA_TYPES] if several else list(MEDIA_TYPES)
    raise NotAcceptable("None of the accepted media types can be sent.", available=offers)


def picture_wish(request: Request, form: Wish) -> RenderRequest:
    """The picture that the parameters make, in the form that is wanted; `Malformed` names the one that is wrong."""
    require_utf_8(request)
    wish = parse(request.query_params, choose([MediaType(form.kind)], MEDIA_TYPES))
    if not request.scope["path"].endswith("/thumbnail"):
        return wish
    if wish.viewport is not None and wish.viewport.region is not None:
        raise Malformed("viewport is width,height alone with a thumbnail.", parameter="viewport")
    # PS3.18 table 8.3.5-2: a thumbnail has no captions
    return replace(wish, viewport=wish.viewport or Viewport(_THUMBNAIL, _THUMBNAIL), annotation=())
