"""The only file that knows every part: builds them, wires them, and answers the ASGI app."""

import threading
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from server.access.audit import Audit
from server.access.expiry import Expiry
from server.access.links import Links
from server.access.people import Caller, local_person
from server.access.preferences import Preferences
from server.archive.occupied import Occupancy
from server.archive.quarantine import Quarantine
from server.archive.store import Archive, FilesAway
from server.catalogue import entries, summaries
from server.catalogue.ledger import Ledger
from server.database.sqlite import Database, keep_at_most
from server.dicomweb.addresses import ROOT, Addresses
from server.dicomweb.authored import Authored
from server.dicomweb.capabilities import Capabilities
from server.dicomweb.changes import ChangeFeed
from server.dicomweb.invoke_display import InvokeDisplay
from server.dicomweb.looks import PresentationLooks
from server.dicomweb.overview import Overview
from server.dicomweb.qido import Qido
from server.dicomweb.ready import ReadyAnswers, ReadyFirst
from server.dicomweb.removal import Removal
from server.dicomweb.rendered import Rendered
from server.dicomweb.routes import routes as dicomweb_routes
from server.dicomweb.statistics import RegionStatistics
from server.dicomweb.stow import Stow
from server.dicomweb.volumes import RenderedVolumes
from server.dicomweb.wado import Wado
from server.dicomweb.wado_uri import WadoUri
from server.errors import ServerError
from server.rendering.cage import Cage
from server.rendering.codecs.index import in_process
from server.sessions.backplane import Backplane
from server.sessions.hub import Hub
from server.sessions.journal import Journal
from server.sessions.neighbours import Neighbours
from server.sessions.passes import Passes
from server.sessions.subscriptions import Subscriptions
from server.sessions.tokens import Tokens
from server.settings import Settings
from server.studies.adopt import adopt
from server.studies.author import Author
from server.studies.documents import Documents
from server.studies.follow import Follow
from server.studies.housekeeping import Housekeeping
from server.studies.looks import Looks
from server.studies.remove import Remove
from server.studies.render import Render
from server.studies.replica import Replica
from server.studies.replicate import Replicate
from server.studies.retrieve import Retrieve
from server.studies.search import Search
from server.studies.share import Share
from server.studies.sound import SoundFiles
from server.studies.states import States
from server.studies.statistics import Statistics
from server.studies.store import Store
from server.studies.volumes import Volumes
from server.web.anonymous import Anonymous
from server.web.astray import Astray
from server.web.fhircast import Fhircast
from server.web.figures import Figures
from server.web.forwarded import TrustedProxies, networks
from server.web.habits import HabitsOfPeople
from server.web.leaving import Leaving
from server.web.live import Live
from server.web.origin import LOOPBACK_NAMES, OriginGuard
from server.web.problems import nobody, problem, refuse, refuse_http, refuse_internal
from server.web.request_log import RequestLog
from server.web.routing import ByShape
from server.web.session_directory import SessionDirectory
from server.web.session_passes import SessionPasses
from server.web.session_records import SessionRecords
from server.web.site import Site, static_folder
from server.web.workers import Workers

_TOLD_TO_PAGES = (
    "Content-Length Content-Location Content-Range ETag Last-Modified Lightbox-Window Request-Id Retry-After Warning"
).split()


@dataclass(frozen=True)
class Parts:
    """What lies under the root: the archive, its catalogue, the records, and the services over them."""

    occupancy: Occupancy
    archive: Archive
    catalogue: Database
    records: Database
    audit: Audit
    ledger: Ledger
    replica: Replica | None
    sound: SoundFiles
    journal: Journal
    expiry: Expiry
    store: Store
    search: Search
    local_person: Caller

    def close(self) -> None:
        """Finishes what was begun and lets go of the files."""
        self.archive.close()
        self.catalogue.close()
        self.records.close()
        self.occupancy.close()


def open_parts(settings: Settings) -> Parts:
    """Opens everything under the root, made when missing.

    Raises `DatabaseTooNew` for a later release's data, `CatalogueBehind` when the catalogue is to be made anew first,
    `Occupied` while that is going on, and `FilesAway` rather than begin anew where a disk is not mounted.
    """
    root: Path = settings.archive.root
    organisation = settings.access.organisation
    keep_at_most(settings.archive.database_bytes)
    with ExitStack() as opened:
        occupancy = opened.enter_context(closing(Occupancy(root)))
        kept = settings.archive
        records = opened.enter_context(closing(Database(root / "records.sqlite")))
        ledger = Ledger(records)
        if ledger.last() and not (root / "archive" / "objects").is_dir():
            raise FilesAway(
                f"{root / 'archive'} has no files, though there are records of some: mount its disk, or restore it"
            )
        archive = opened.enter_context(closing(Archive(root / "archive", kept.sync_threads, kept.reserve)))
        catalogue = opened.enter_context(closing(Database(root / "catalogue.sqlite")))
        entries.prepare(catalogue)
        audit = Audit(records)
        ledger.catch_up(catalogue)
        quarantine = Quarantine(root / "quarantine") if settings.archive.quarantine_conflicts else None
        replica = Replica(Path(settings.archive.replica), root) if settings.archive.replica else None
        parts = Parts(
            occupancy=occupancy,
            archive=archive,
            catalogue=catalogue,
            records=records,
            audit=audit,
            ledger=ledger,
            replica=replica,
            sound=SoundFiles(archive, catalogue, replica.path if replica else None),
            journal=Journal(records),
            expiry=Expiry(root / "expiry.json"),
            store=Store(archive, catalogue, audit, organisation, ledger, quarantine),
            search=Search(catalogue, audit, settings.search.most_examined),
            local_person=local_person(organisation),
        )
        opened.pop_all()  # from here on they are the caller's to close
    return parts


def build(settings: Settings) -> Starlette:
    """The whole server as an ASGI app; its parts open when it starts and close when it stops."""
    parts = open_parts(settings)
    workers = Workers(settings.web.threads, settings.web.most_requests_waiting)
    addresses = Addresses(settings.web.public_address)
    drawing = settings.rendering
    cage = Cage(drawing.decoders) if drawing.decoders else None
    decoder = cage.decode if cage else in_process
    retrieve = Retrieve(parts.sound, parts.catalogue, parts.audit, decoder)
    render = Render(
        parts.sound,
        retrieve,
        parts.audit,
        drawing.cache_bytes,
        decoder,
        overlays=drawing.overlays,
        shutters=drawing.shutters,
    )
    volumes = Volumes(parts.sound, parts.catalogue, retrieve, parts.audit, drawing.volume_bytes, decoder)
    hub = Hub(
        parts.journal,
        workers.run,
        _now,
        settings.sessions.most_people,
        settings.sessions.most_messages_waiting,
        _backplane(settings),
    )
    share = Share(parts.catalogue, parts.audit)
    live = Live(hub, share, workers)
    directory = SessionDirectory(hub, parts.journal, share, workers)
    passes = Passes(parts.records)
    now = parts.expiry.now
    fhircast = Fhircast(hub, Subscriptions(parts.records), Tokens(parts.records), share, retrieve, workers, now)
    figures = Figures({"pictures_drawn": lambda: render.drawn, "people_seated": hub.seated})
    session_passes = SessionPasses(passes, hub, share, workers, now)
    site = Site(static_folder(), _listed(settings.web.framed_by))
    statistics = Statistics(retrieve, render, volumes)
    author = Author(retrieve, statistics, parts.store, settings.access.organisation)
    display = InvokeDisplay(
        parts.search, share, Links(parts.records), author, site, workers, settings.web.public_address, now
    )
    records = SessionRecords(parts.journal, share, workers, settings.web.public_address, now)
    remove = Remove(
        parts.archive, parts.catalogue, parts.audit, parts.ledger, settings.archive.keep_deleted_days, parts.replica
    )
    removal = Removal(remove, workers)
    changes = ChangeFeed(Follow(parts.catalogue, parts.audit), workers)
    regions = RegionStatistics(statistics, workers)
    authored = Authored(author, workers)
    presentations = PresentationLooks(Looks(States(parts.sound, retrieve), retrieve), workers)
    capabilities = Capabilities(addresses)
    ready_answers = ReadyAnswers(parts.catalogue.version)

    def ready_first(inside: ASGIApp) -> ASGIApp:
        return ReadyFirst(inside, ready_answers)

    dicomweb = dicomweb_routes(
        Stow(parts.store, workers, addresses, settings.archive.largest_instance),
        Qido(parts.search, ready_answers, workers, addresses, settings.search.most_results),
        Wado(retrieve, ready_answers, workers, addresses),
        Rendered(render, ready_answers, Documents(parts.sound, retrieve, parts.audit), workers, addresses),
        RenderedVolumes(volumes, ready_answers, workers),
        removal,
        changes,
    )

    housekeeping = _housekeeping(parts, remove, settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        parts.archive.sweep()
        housekeeping.start()
        if cage:
            threading.Thread(target=cage.warm, daemon=True).start()
        await hub.start()
        yield
        hub.close()
        await hub.stop()
        workers.close()
        if cage:
            cage.close()
        housekeeping.stop()
        parts.close()

    astray = Astray(site)

    async def ready(_request: Request) -> Response:
        if not parts.archive.working:
            return problem("archive-full", "The archive's disk has failed to keep what it was given.")
        await workers.run(parts.catalogue.read, "SELECT 1")
        return PlainTextResponse("ready\n")

    app = Starlette(
        routes=[
            Mount(ROOT, ByShape(capabilities.routes(dicomweb))),
            Route(ROOT, capabilities.describe, methods=["GET", "OPTIONS"]),
            Route("/healthz", _healthy),
            Route("/readyz", ready),
            Route("/wado", WadoUri(retrieve, render, workers).get),
            Mount("/anonymous/{secret}", Anonymous(passes, hub, share, workers, ready_first, now)),
            Mount(
                "/api",
                routes=[
                    *directory.routes(),
                    *live.routes(),
                    *session_passes.routes(),
                    *fhircast.routes(),
                    *figures.routes(),
                    *records.routes(),
                    *removal.routes(),
                    *regions.routes(),
                    *authored.routes(),
                    *presentations.routes(),
                    *display.routes(),
                    *Overview(parts.search, workers).routes(),
                    *HabitsOfPeople(Preferences(parts.records), workers).routes(),
                ],
            ),
            *records.entrances(site.page("join.html")),
            *display.entrances(),
            *Leaving(site).entrances(),
            *site.routes(),
        ],
        middleware=[*_middleware(settings), Middleware(ReadyFirst, answers=ready_answers)],
        exception_handlers={
            ServerError: astray.told(refuse),
            ClientDisconnect: nobody,
            HTTPException: astray.told(refuse_http),
            Exception: refuse_internal,
        },
        lifespan=lifespan,
    )
    app.state.local_person = parts.local_person
    app.state.stop_waiting = changes.close
    return app


def _housekeeping(parts: Parts, remove: Remove, settings: Settings) -> Housekeeping:
    def look() -> bool:
        organisation = settings.access.organisation
        return adopt(parts.archive, parts.catalogue, parts.ledger, parts.audit, parts.local_person, organisation)

    replicate = None
    if parts.replica:
        replicate = Replicate(parts.replica, parts.archive, parts.catalogue, parts.records, parts.ledger)
    return Housekeeping(settings.archive.root, look, remove.purge, lambda: summaries.fill(parts.catalogue), replicate)


def _backplane(settings: Settings) -> Backplane:
    """The backplane that is set; the driver of one elsewhere is an optional extra, loaded only when it is asked for."""
    address = settings.sessions.backplane
    if address.startswith("postgres"):
        from server.sessions.postgresql_backplane import PostgresqlBackplane

        return PostgresqlBackplane(address)
    if address:
        from server.sessions.redis_backplane import RedisBackplane

        return RedisBackplane(address)
    return Neighbours(settings.archive.root / "processes")


def _listed(text: str) -> list[str]:
    """What commas part."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _middleware(settings: Settings) -> list[Middleware]:
    """What every request passes, from the outside in."""
    origins = _listed(settings.web.cors_origins)
    shared = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST", "DELETE", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=_TOLD_TO_PAGES,
        max_age=3600,
    )
    return [
        Middleware(TrustedProxies, trusted=networks(settings.web.trusted_proxies)),
        Middleware(RequestLog),
        *([shared] if origins else []),
        Middleware(OriginGuard, host_names=_host_names(settings), origins=origins),
    ]


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("healthy\n")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _host_names(settings: Settings) -> list[str]:
    public = settings.web.public_address.partition("://")[2].partition("/")[0].rpartition(":")
    return [*LOOPBACK_NAMES, settings.web.host, *filter(None, [public[0] or public[2]])]
