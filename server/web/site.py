"""The pages and their files, exactly as they are written in `static/`.

Pages are revalidated at each visit; what they load lies below `/static/<release>/`, where `<release>` is a digest
of all of it, so it may be kept for a year and can never be stale.
"""

import hashlib
import html
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from posixpath import normpath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.errors import NotFound
from server.web.encodings import compressed, content_coding

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^'"();]*?['"](\.{1,2}/[^'"]+\.js)['"]""", re.MULTILINE)
_ENTRY = re.compile(r"""src="/static/(js/[a-z-]+\.js)\"""")
_SHEET = re.compile(r'<link rel="stylesheet" href="/static/(css/[a-z-]+\.css)">')
_NEXT = re.compile(r"<!-- prefetch ([a-z-]+\.html) -->")
_LATER = re.compile(r"<!-- modulepreload (js/[a-z-]+\.js) -->")
_A_YEAR = "public, max-age=31536000, immutable"
_WORTH_IT = 400
"""Fewer bytes than this are hardly fewer when they are compressed."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def static_folder() -> Path:
    """Where the pages are: beside the code in an installed wheel, at the top of a checkout."""
    inside = Path(__file__).parents[1] / "_static"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "static"


def _prefetched(files: Iterable[str]) -> str:
    return "\n  ".join(f'<link rel="prefetch" href="/static/{file}">' for file in files)


def _preloaded(modules: Iterable[str]) -> str:
    return "\n  ".join(f'<link rel="modulepreload" href="/static/{module}">' for module in modules)


class Site:
    """The pages and static files of one release, read once; pages of the origins `framed_by` may hold ours."""

    def __init__(self, folder: Path, framed_by: Sequence[str] = ()) -> None:
        ancestors = " ".join(framed_by) or "'none'"
        policy = CONTENT_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}")
        self._headers = _PAGE_HEADERS | {"Content-Security-Policy": policy}
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _TYPES)
        self._files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(name.encode() + b"\0" + content)
        self.release = digest.hexdigest()[:12]
        self._pages = {name: self._page(name) for name in self._files if "/" not in name and name.endswith(".html")}
        self._compressed: dict[tuple[bytes, str], bytes] = {}

    def routes(self) -> list[BaseRoute]:
        """The routes of the pages and of all that they load."""
        return [
            Route("/", self.page("worklist.html")),
            Route("/viewer", self.page("viewer.html")),
            Route("/favicon.ico", self._file_named("favicon.svg")),
            Route("/static/{release}/{name:path}", self._file),
        ]

    def modules(self, entry: str) -> list[str]:
        """Every module that an entry module loads, itself first, by its name in the folder."""
        found = [entry]
        for name in found:
            found += [other for other in self._imports(name) if other not in found]
        return found

    def _imports(self, name: str) -> Iterator[str]:
        for match in _IMPORT.finditer(self._files[name].decode()):
            yield normpath(f"{PurePosixPath(name).parent}/{match[1]}")

    def _page(self, name: str) -> bytes:
        text = self._files[name].decode()
        entries = _ENTRY.findall(text)
        # those of the first entry come first, so that it may run while the others are still on their way
        modules = list(dict.fromkeys(module for entry in entries for module in self.modules(entry)))
        text = text.replace("<!-- modulepreload -->", _preloaded(module for module in modules if module not in entries))
        if later := _LATER.search(text):
            # what comes after the first picture comes at once then, not import after import
            others = [module for module in self.modules(later[1]) if module not in modules]
            text = text.replace(later[0], _preloaded(others))
        if following := _NEXT.search(text):
            text = text.replace(following[0], _prefetched(self._first_view(following[1])))
        return text.replace('"/static/', f'"/static/{self.release}/').encode()

    def _first_view(self, name: str) -> list[str]:
        """What a page loads for its first view, so that the page before it can fetch that when all is quiet."""
        text = self._files[name].decode().partition("<template")[0]
        modules = (module for entry in _ENTRY.findall(text) for module in self.modules(entry))
        return list(dict.fromkeys([*_SHEET.findall(text), *modules]))

    def page(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """What answers with a page of that name."""

        async def page(request: Request) -> Response:
            content = self._pages[name]
            etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
            headers = self._headers | {"ETag": etag}
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304, headers=headers)
            return self._sent(request, content, headers, _TYPES[".html"])

        return page

    def message(
        self, status: int, title: str, text: str, way_on: tuple[str, str] = ("Go to the worklist", "/")
    ) -> Response:
        """A page that says one thing: a heading and a sentence, and one way on, as words and an address."""
        content = self._pages["message.html"].decode()
        told = {"title": title, "text": text, "way": way_on[0], "address": way_on[1]}
        for name, words in told.items():
            content = content.replace(f"{{{name}}}", html.escape(words))
        headers = self._headers | {"Cache-Control": "no-store"}
        return Response(content, status, headers, _TYPES[".html"])

    def _file_named(self, name: str):  # type: ignore[no-untyped-def]
        async def file(request: Request) -> Response:
            return self._send(request, name, "no-cache")

        return file

    async def _file(self, request: Request) -> Response:
        this_release = request.path_params["release"] == self.release
        return self._send(request, request.path_params["name"], _A_YEAR if this_release else "no-store")

    def _send(self, request: Request, name: str, cache: str) -> Response:
        content = self._files.get(name)
        if content is None:
            raise NotFound("There is no such file.")
        headers = {"Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
        return self._sent(request, content, headers, _TYPES[PurePosixPath(name).suffix])

    def _sent(self, request: Request, content: bytes, headers: dict[str, str], media_type: str) -> Response:
        """The content in the coding that the client would rather have; each is compressed once."""
        headers = headers | {"Vary": "Accept-Encoding"}
        coding = content_coding(request.headers.get("accept-encoding"))
        if coding != "identity" and len(content) > _WORTH_IT:
            known = self._compressed.get((content, coding))
            if known is None:
                known = self._compressed[content, coding] = b"".join(compressed([content], coding))
            content = known
            headers["Content-Encoding"] = coding
        return Response(content, headers=headers, media_type=media_type)
