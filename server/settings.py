"""Every knob, once: its name, type, default and reason. Read in `cli.py` and handed on as plain values.

Order: default, then the file named by `--config`, then `LIGHTBOX_<SECTION>__<NAME>`, then a flag.
"""

import ipaddress
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

MIB = 2**20


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ArchiveSettings(_Section):
    """Where and how bytes are kept."""

    root: Path = Field(Path("lightbox-data"), description="Holds archive, catalogue and records; made when missing.")
    sync_threads: int = Field(8, ge=1, le=64, description="Files waiting for the disk side by side.")
    largest_instance: int = Field(
        4096 * MIB, ge=MIB, description="Bytes of one stored instance; a larger part is answered with 413."
    )
    reserve: int = Field(
        1024 * MIB, ge=0, description="Bytes of the disk left free for the databases; storing into it is answered 507."
    )
    database_bytes: int = Field(
        128 * MIB, ge=MIB, description="Pages of the databases kept in memory, by all threads of a process together."
    )
    replica: str = Field(
        "", description="Folder on another disk that receives every instance once it is acknowledged; empty for none."
    )
    quarantine_conflicts: bool = Field(
        False, description="Keep other bytes under a known SOP Instance UID in `quarantine/`; refused they are anyway."
    )
    keep_deleted_days: int = Field(
        30, ge=0, le=36_500, description="Days for which what was deleted can be restored; then its files go."
    )

    @model_validator(mode="after")
    def _replica_is_elsewhere(self) -> Self:
        if self.replica:
            here, there = self.root.resolve(), Path(self.replica).resolve()
            if here.is_relative_to(there) or there.is_relative_to(here):
                raise ValueError(f"the replica {self.replica} and the root {self.root} must not lie in each other")
        return self


class WebSettings(_Section):
    """How the server is reached."""

    host: str = Field("127.0.0.1", description="Address to listen on; only loopback until people can sign in.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    public_address: str = Field(
        "", description="Address in answers behind a proxy, such as https://pacs.example.nhs.uk."
    )
    trusted_proxies: str = Field(
        "", description="Addresses or networks whose Forwarded and X-Forwarded-* are believed, separated by commas."
    )
    framed_by: str = Field(
        "", description="Origins whose pages may show this viewer inside them, such as https://portal.example.nhs.uk."
    )
    cors_origins: str = Field(
        "", description="Origins whose pages may use this server, such as https://ohif.example.nhs.uk, by commas."
    )
    workers: int = Field(
        1, ge=1, le=64, description="Server processes that share the port and the root; they share out the memory."
    )
    threads: int = Field(8, ge=1, le=256, description="Threads of a process for disk, catalogue and pixels.")
    most_requests_waiting: int = Field(
        512, ge=1, description="Requests that may wait for a thread; more are answered with 503."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            ipaddress.ip_network(part, strict=False)
        return text

    @field_validator("cors_origins", "framed_by")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            if not re.fullmatch(r"https?://[a-z0-9.\[\]:-]+", part):
                raise ValueError(f"{part} is no origin such as https://ohif.example.nhs.uk (no path, no wildcard)")
        return text


class SearchSettings(_Section):
    """How much one search may ask for."""

    most_results: int = Field(5000, ge=1, description="Ceiling of `limit`; a Warning header says when there is more.")
    most_examined: int = Field(
        200_000, ge=1, description="Rows looked at for keys without a column; a broader search is answered with 413."
    )


class RenderingSettings(_Section):
    """How pictures are drawn, and how much memory they may take."""

    cache_bytes: int = Field(
        512 * MIB, ge=MIB, description="Decoded frames and encoded pictures kept in memory, and drawn at a time."
    )
    decoders: int = Field(
        2, ge=0, le=64, description="Processes that decode compressed pixels; 0 decodes in the server's own, unguarded."
    )
    volume_bytes: int = Field(
        1024 * MIB, ge=16 * MIB, description="Volumes for MPR and 3D kept in memory, shared by all who look."
    )
    overlays: bool = Field(True, description="Draw the overlay planes of an image in white (PS3.3 C.9.2).")
    shutters: bool = Field(True, description="Cover what lies outside an image's display shutter (PS3.3 C.7.6.11).")


class AccessSettings(_Section):
    """Whose studies these are."""

    organisation: str = Field(
        "LOCAL", min_length=1, max_length=64, description="Owner of what is stored here (ODS code)."
    )


class SessionSettings(_Section):
    """Bounds of a session."""

    most_people: int = Field(100, ge=2, description="Participants of one session at a time.")
    most_messages_waiting: int = Field(
        256, ge=16, description="Messages waiting for a slow participant before it is cut off."
    )
    backplane: str = Field(
        "",
        description="How the server processes over one root tell each other what happens in their sessions: "
        "`postgresql://…` or `redis://…`; empty for sockets in the root.",
    )

    @field_validator("backplane")
    @classmethod
    def _is_backplane(cls, text: str) -> str:
        if text and not re.match(r"(postgresql|postgres|redis|rediss|unix)://", text):
            raise ValueError("a backplane is postgresql://… or redis://…")
        return text


class Settings(BaseSettings):
    """All settings; frozen, and an unknown name or bad value stops the start."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="LIGHTBOX_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    archive: ArchiveSettings = ArchiveSettings()  # type: ignore[call-arg]
    web: WebSettings = WebSettings()  # type: ignore[call-arg]
    search: SearchSettings = SearchSettings()  # type: ignore[call-arg]
    rendering: RenderingSettings = RenderingSettings()  # type: ignore[call-arg]
    access: AccessSettings = AccessSettings()  # type: ignore[call-arg]
    sessions: SessionSettings = SessionSettings()  # type: ignore[call-arg]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags before variables before the file; nothing else is read."""
        del dotenv_settings, file_secret_settings
        assert isinstance(init_settings, InitSettingsSource)  # noqa: S101 - what pydantic-settings passes
        given = dict(init_settings.init_kwargs)
        file = given.pop("_file", {})
        flags = InitSettingsSource(settings_cls, given)
        return flags, env_settings, InitSettingsSource(settings_cls, file)


def read_settings(config: Path | None, flags: dict[str, dict[str, Any]]) -> Settings:
    """The settings that file, environment and flags make together.

    Raises `ValueError` (pydantic's, or for an unreadable file) naming the key that is wrong.
    """
    file: dict[str, Any] = {}
    if config is not None:
        try:
            file = tomllib.loads(config.read_text())
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ValueError(f"{config}: {error}") from error
    _refuse_unknown_variables()
    given: dict[str, Any] = {**flags, "_file": file}
    return Settings(**given)


def _refuse_unknown_variables() -> None:
    """A misspelt section would otherwise be passed over in silence; its fields pydantic checks."""
    for name in os.environ:
        section = name.removeprefix("LIGHTBOX_").partition("__")[0].lower()
        if name.startswith("LIGHTBOX_") and section not in Settings.model_fields:
            known = ", ".join(f"LIGHTBOX_{known.upper()}__…" for known in Settings.model_fields)
            raise ValueError(f"The environment variable {name} is no setting; there are {known}.")


@dataclass(frozen=True)
class Knob:
    """One setting as documentation and command line see it."""

    section: str
    name: str
    type: type
    default: object
    reason: str

    @property
    def key(self) -> str:
        """The key in a TOML file: `name` in the table `[section]`."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"LIGHTBOX_{self.section.upper()}__{self.name.upper()}"

    @property
    def flag(self) -> str:
        """The command line flag."""
        return "--" + self.name.replace("_", "-")


def knobs() -> list[Knob]:
    """Every setting there is, in the order of the sections."""
    found = []
    for section, field in Settings.model_fields.items():
        for name, knob in type(field.default).model_fields.items():
            kind = knob.annotation if isinstance(knob.annotation, type) else str
            found.append(Knob(section, name, kind, knob.default, knob.description or ""))
    return found
