"""`lightbox link`: an address that opens studies until it expires."""

from collections.abc import Sequence
from contextlib import closing

from server.access.links import LONGEST_DAYS, Links
from server.access.policy import Action
from server.app import open_parts
from server.commands.failure import CommandFailed, need_archive
from server.settings import Settings
from server.studies.share import Share


def link(settings: Settings, study_uids: Sequence[str], days: float) -> int:
    """Prints the address of a link to these studies, good for so many days; the server need not be running."""
    if not 0 < days <= LONGEST_DAYS:
        raise CommandFailed(f"a link is good for {LONGEST_DAYS} days at most")
    need_archive(settings.archive.root)
    with closing(open_parts(settings)) as parts:
        made = Links(parts.records).make(study_uids, int(parts.expiry.now() / 1000 + days * 86_400))
        Share(parts.catalogue, parts.audit).require(parts.local_person, Action.SHARE, study_uids)
    base = settings.web.public_address.rstrip("/") or f"http://{settings.web.host}:{settings.web.port}"
    print(f"{base}/open?link={made}")  # noqa: T201 - for scripts
    return 0
