"""Settings: default, file, variable, flag, in that order; whatever is wrong stops the start by name."""

from pathlib import Path

import pytest

from server.cli import main
from server.settings import knobs, read_settings


def config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "lightbox.toml"
    path.write_text(text)
    return path


def test_a_flag_goes_before_a_variable_before_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = config(tmp_path, "[web]\nport = 2\nthreads = 3\nmost_requests_waiting = 4\n")
    monkeypatch.setenv("LIGHTBOX_WEB__PORT", "5")
    monkeypatch.setenv("LIGHTBOX_WEB__THREADS", "6")
    web = read_settings(file, {"web": {"port": "7"}}).web
    assert (web.port, web.threads, web.most_requests_waiting, web.host) == (7, 6, 4, "127.0.0.1")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[web]\nprot = 1\n", "web.prot"),
        ("[wbe]\nport = 1\n", "wbe"),
        ("[web]\nport = 'x'\n", "web.port"),
        ("[web]\nport = 70000\n", "web.port"),
        ("[rendering]\ncache_bytes = 1\n", "rendering.cache_bytes"),
        ("no toml", "lightbox.toml"),
    ],
)
def test_what_is_wrong_in_the_file_stops_the_start_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, named: str
) -> None:
    assert main(["settings", "--config", str(config(tmp_path, text))]) == 2
    assert named in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "text", "named"),
    [
        ("LIGHTBOX_WEB__PROT", "1", "web.prot"),
        ("LIGHTBOX_WBE__PORT", "1", "LIGHTBOX_WBE__PORT"),
        ("LIGHTBOX_WEB__PORT", "many", "web.port"),
    ],
)
def test_what_is_wrong_in_the_environment_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, text: str, named: str
) -> None:
    monkeypatch.setenv(variable, text)
    assert main(["settings"]) == 2
    assert named in capsys.readouterr().err


def test_a_bad_flag_stops_the_start_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "http"]) == 2
    assert "web.port" in capsys.readouterr().err


def test_settings_are_printed_with_their_sources_as_a_file_that_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTBOX_WEB__THREADS", "6")
    file = config(tmp_path, "[access]\norganisation = 'a\"b\\\\c'\n")
    assert main(["settings", "--config", str(file), "--port", "7"]) == 0
    printed = capsys.readouterr().out
    for source in ("from --port", "from LIGHTBOX_WEB__THREADS", f"from {file}", "default"):
        assert source in printed
    again = config(tmp_path, printed)
    monkeypatch.delenv("LIGHTBOX_WEB__THREADS")
    settings = read_settings(again, {})
    assert (settings.web.port, settings.web.threads, settings.access.organisation) == (7, 6, 'a"b\\\\c')


def test_every_knob_says_why_it_is_there_and_has_a_flag_of_its_own() -> None:
    flags = [knob.flag for knob in knobs()]
    assert len(set(flags)) == len(flags)
    assert all(knob.reason.endswith(".") for knob in knobs())
