"""Being opened from elsewhere: IHE Invoke Image Display (RAD-106), and signed links.

Both end in the viewer, at an address of UIDs alone: who the patient is stays out of the browser's history.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access.links import LONGEST_DAYS, Links
from server.access.people import Caller
from server.access.policy import Action
from server.catalogue.query import Level
from server.dicom.dicomjson import Attributes, value
from server.dicom.resources import StudyRef
from server.dicomweb.invocation import Invocation, parse_invocation
from server.dicomweb.issuers import issued_by
from server.dicomweb.named_person import of_person
from server.dicomweb.search_parameters import search_query
from server.errors import Malformed, NotFound, ServerError
from server.studies.author import Author
from server.studies.search import Search
from server.studies.share import Share
from server.web.problems import STATUSES
from server.web.sign_in import caller
from server.web.site import Site
from server.web.workers import Workers

_MOST_MATCHES = 500
_TITLES = {"not-found": "Nothing to show", "malformed": "This request cannot be understood"}
_TITLES |= {"conflict": "More than one person has this number", "expired": "This link has expired"}


class InvokeDisplay:
    """`GET /IHEInvokeImageDisplay`, `GET /open?link=…`, and `POST /api/links`."""

    def __init__(
        self,
        search: Search,
        share: Share,
        links: Links,
        author: Author,
        site: Site,
        workers: Workers,
        public_address: str,
        now: Callable[[], int],
    ) -> None:
        """`now` answers ms since 1970, by which links expire."""
        self._now = now
        self._search = search
        self._share = share
        self._links = links
        self._author = author
        self._site = site
        self._workers = workers
        self._public_address = public_address.rstrip("/")

    def entrances(self) -> list[BaseRoute]:
        """The routes at the top."""
        return [
            Route("/IHEInvokeImageDisplay", self._paged(self._invoke), methods=["GET"]),
            Route("/open", self._paged(self._follow), methods=["GET"]),
        ]

    def routes(self) -> list[BaseRoute]:
        """The routes below `/api`."""
        return [Route("/links", self._make, methods=["POST"])]

    async def _invoke(self, request: Request) -> Response:
        wish = parse_invocation(request.query_params.multi_items())
        found = await self._workers.run(self._studies, caller(request), wish)
        if not found:
            raise NotFound("This archive holds no study that matches what was asked for.")
        if not wish.key_images_only:
            return _viewer(found)
        marked = await self._workers.run(self._marked, caller(request), found)
        if not marked:
            words = "No image of what was asked for is marked as a key image."
            return self._site.message(404, _TITLES["not-found"], words, ("Open all images", _address(found)))
        return _viewer(marked, "&keyImagesOnly=true")

    async def _follow(self, request: Request) -> Response:
        link = request.query_params.get("link", "")
        study_uids = await self._workers.run(self._links.read, link[:4096], self._now() // 1000)
        await self._workers.run(self._share.require, caller(request), Action.RENDER, study_uids)
        return _viewer(list(study_uids))

    async def _make(self, request: Request) -> Response:
        """A link to studies that the caller may share: `{"StudyInstanceUIDs": [...], "days": 7}`."""
        try:
            told = orjson.loads(await request.body())
        except orjson.JSONDecodeError as error:
            raise Malformed("The body is no JSON.") from error
        fields = told if isinstance(told, dict) else {}
        uids, days = fields.get("StudyInstanceUIDs"), fields.get("days", 7)
        if not isinstance(uids, list) or not all(isinstance(uid, str) for uid in uids):
            raise Malformed("StudyInstanceUIDs is a list of UIDs.")
        if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= LONGEST_DAYS:
            raise Malformed(f"days is a number up to {LONGEST_DAYS}.")
        expires_at = int(self._now() / 1000 + days * 86_400)
        link = await self._workers.run(self._links.make, uids, expires_at)
        await self._workers.run(self._share.require, caller(request), Action.SHARE, uids)
        base = self._public_address or f"{request.url.scheme}://{request.url.netloc}"
        body = {"address": f"{base}/open?link={link}", "expires_at": expires_at}
        return Response(orjson.dumps(body), 201, {"Cache-Control": "no-store"}, "application/json")

    def _studies(self, person: Caller, wish: Invocation) -> list[str]:
        """The studies that are meant, newest first; of a list of accession numbers in its order."""
        lists: list[dict[str, str]] = [{"AccessionNumber": number} for number in wish.accession_numbers]
        if wish.study_uids or not lists:
            lists = [{"StudyInstanceUID": ",".join(wish.study_uids)} if wish.study_uids else {}]
        matches = [match for keys in lists for match in self._matches(person, {**wish.keys, **keys})]
        of_one = issued_by(matches, wish.authority) if "PatientID" in wish.keys else matches
        meant = of_person(of_one, wish.name, wish.birth_date)
        return _uids([match for match in meant if wish.is_between(match)])[: wish.most]

    def _matches(self, person: Caller, keys: Mapping[str, str]) -> list[Attributes]:
        fields = ("includefield", "IssuerOfPatientIDQualifiersSequence")
        query = search_query([*keys.items(), fields, ("limit", str(_MOST_MATCHES))], Level.STUDY, _MOST_MATCHES)
        return [orjson.loads(match) for match in self._search.search(person, query, "").matches]

    def _marked(self, person: Caller, study_uids: Sequence[str]) -> list[str]:
        """Those of the studies that have key images."""
        return [uid for uid in study_uids if self._author.key_images(person, StudyRef(uid))]

    def _paged(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Refusals as a page, since a person is waiting for one."""

        async def paged(request: Request) -> Response:
            try:
                return await answer(request)
            except ServerError as error:
                status, title = STATUSES.get(error.code, STATUSES["internal"])
                return self._site.message(status, _TITLES.get(error.code, title), error.message)

        return paged


def _uids(matches: Sequence[Attributes]) -> list[str]:
    return [str(value(match, "StudyInstanceUID")) for match in matches]


def _address(study_uids: Sequence[str]) -> str:
    return f"/viewer?StudyInstanceUIDs={','.join(dict.fromkeys(study_uids))}"


def _viewer(study_uids: Sequence[str], more: str = "") -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(_address(study_uids) + more, 303, headers)
