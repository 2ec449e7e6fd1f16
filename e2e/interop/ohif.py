"""OHIF's ready build on a port of its own, pointed at a DICOMweb root elsewhere: a viewer that nobody here wrote."""

import io
import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

BUILD = Path(__file__).parents[2] / ".interop" / "ohif"

_CONFIGURATION: dict[str, Any] = {
    "routerBasename": None,
    "extensions": [],
    "modes": [],
    "showStudyList": True,
    "showErrorDetails": "always",
    "showWarningMessageForCrossOrigin": False,
    "investigationalUseDialog": {"option": "never"},
    "maxNumberOfWebWorkers": 2,
    "defaultDataSourceName": "lightbox",
}


class Ohif:
    """Serves the build below its own origin, its `app-config.js` made for one DICOMweb root."""

    def __init__(self) -> None:
        self.dicomweb = ""
        handler = partial(_Handler, self, directory=str(BUILD))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def origin(self) -> str:
        """Where it is served, as browsers name an origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def configuration(self) -> bytes:
        """The content of `app-config.js`."""
        source = {
            "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
            "sourceName": "lightbox",
            "configuration": {
                "friendlyName": "Lightbox",
                "name": "lightbox",
                "qidoRoot": self.dicomweb,
                "wadoRoot": self.dicomweb,
                "wadoUriRoot": self.dicomweb.replace("/dicomweb", "/wado"),
                "qidoSupportsIncludeField": True,
                "supportsReject": False,
                "imageRendering": "wadors",
                "thumbnailRendering": "wadors",
                "enableStudyLazyLoad": True,
                "supportsFuzzyMatching": False,
                "supportsWildcard": True,
                "bulkDataURI": {"enabled": True},
            },
        }
        return f"window.config = {json.dumps(_CONFIGURATION | {'dataSources': [source]})};".encode()

    def stop(self) -> None:
        """Ends serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(SimpleHTTPRequestHandler):
    """The files of the build; any other path is a page of the single-page application."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".wasm": "application/wasm", ".js": "text/javascript"}

    def __init__(self, ohif: Ohif, *args: object, **options: object) -> None:
        self._ohif = ohif
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answers one request."""
        path = self.path.partition("?")[0]
        if path == "/app-config.js":
            content = self._ohif.configuration
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        if not Path(self.translate_path(path)).is_file():
            self.path = "/index.html"
        super().do_GET()

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Sends a file as it was compressed beforehand, when the browser takes that."""
        compressed = Path(f"{self.translate_path(self.path)}.gz")
        if "gzip" not in self.headers.get("Accept-Encoding", "") or not compressed.is_file():
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(compressed.stat().st_size))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        return compressed.open("rb")

    def log_message(self, *_args: object) -> None:
        """Nothing: the test says what went wrong."""
