"""What an argument of the command line must look like, each told in one line when it does not."""

import argparse
import ipaddress
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Whole numbers from `least` to `most`."""

    def whole_number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return whole_number


def number(least: float, most: float) -> Callable[[str], float]:
    """Numbers from `least` to `most`, with or without a point."""

    def some_number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {least:g} to {most:g}")
        return value

    return some_number


def day(text: str) -> date:
    """A day as ISO 8601 writes it."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-03-02") from error
    if not _EARLIEST <= found <= _LATEST:
        raise argparse.ArgumentTypeError(f"{text} is not between {_EARLIEST} and {_LATEST}")
    return found


def web_address(text: str) -> str:
    """An http or https URL."""
    return _address(text, {"http": "http://127.0.0.1:8080/dicomweb", "https": ""})


def archive_address(text: str) -> str:
    """The DICOMweb root of an archive, or dicom://AE_TITLE@host:port."""
    return _address(text, {"http": "http://127.0.0.1:8080/dicomweb", "https": "", "dicom": "dicom://ARCHIVE@host:104"})


def is_loopback(address: str) -> bool:
    """Whether a URL names this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def add_destination(parser: argparse.ArgumentParser, kind: Callable[[str], str], what: str) -> None:
    """Add --to and --allow-remote."""
    parser.add_argument("--to", metavar="URL", type=kind, required=True, help=what)
    parser.add_argument("--allow-remote", action="store_true", help="let --to be another machine")


def check_destination(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with status 2 when --to is another machine and nobody said that it may be."""
    if not options.allow_remote and not is_loopback(options.to):
        host = urlsplit(options.to).hostname
        parser.error(f"--to: {host} is not this machine; add --allow-remote if you mean it")


def _address(text: str, examples: dict[str, str]) -> str:
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in examples and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        like = " or ".join(filter(None, examples.values()))
        raise argparse.ArgumentTypeError(f"{text!r} is no URL like {like}")
    return text
