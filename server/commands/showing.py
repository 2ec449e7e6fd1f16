"""`lightbox settings`: every setting, its value, and where that came from."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from server.settings import Knob, Settings, knobs

_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]+@")


def show_settings(settings: Settings, config: Path | None, flags: Mapping[str, Mapping[str, str]]) -> int:
    """Prints the settings as TOML with the source of each, ready to be a `--config` file."""
    console = Console(highlight=False, soft_wrap=True)
    section = ""
    for knob in knobs():
        if knob.section != section:
            section = knob.section
            console.print(f"\n[{section}]" if section != knobs()[0].section else f"[{section}]", markup=False)
        console.print(f"# {knob.reason}", markup=False)
        found = getattr(getattr(settings, knob.section), knob.name)
        text = f"{knob.name} = {_toml(found)}"
        console.print(f"{text:<40} # {_source(knob, found, config, flags)}", markup=False)
    return 0


def _source(knob: Knob, found: object, config: Path | None, flags: Mapping[str, Mapping[str, str]]) -> str:
    if knob.name in flags.get(knob.section, {}):
        return f"from {knob.flag}"
    if knob.variable in os.environ:
        return f"from {knob.variable}"
    return "default" if config is None or found == knob.default else f"from {config}"


def _toml(found: object) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, int | float):
        return str(found)
    return json.dumps(_PASSWORD.sub(r"\1***@", str(found)), ensure_ascii=False)
