"""Settings: where a value comes from, and that a bad one stops the start and is named."""

from pathlib import Path

import pytest

from server.settings import read_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "lightbox.toml"
    path.write_text("[web]\nport = 1001\nthreads = 3\n")
    return path


def test_without_anything_the_defaults_hold() -> None:
    settings = read_settings(None, {})
    assert settings.web.host == "127.0.0.1"
    assert settings.web.port == 8080


def test_a_file_beats_the_default_a_variable_the_file_a_flag_the_variable(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings(config, {}).web.port == 1001
    monkeypatch.setenv("LIGHTBOX_WEB__PORT", "1002")
    assert read_settings(config, {}).web.port == 1002
    assert read_settings(config, {"web": {"port": "1003"}}).web.port == 1003
    assert read_settings(config, {"web": {"port": "1003"}}).web.threads == 3, "the rest of the section stays"


@pytest.mark.parametrize(
    ("text", "named"),
    [("[web]\nprot = 1\n", "web.prot"), ("[wbe]\nport = 1\n", "wbe"), ("[web]\nport = 'x'\n", "web.port")],
)
def test_a_bad_file_is_refused_by_key(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=named):
        read_settings(path, {})


@pytest.mark.parametrize("name", ["LIGHTBOX_WBE__PORT", "LIGHTBOX_WEB__PROT", "LIGHTBOX_PORT"])
def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(ValueError, match=r"(?i)wbe|prot|port"):
        read_settings(None, {})


def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[web\n")
    with pytest.raises(ValueError, match=r"broken\.toml"):
        read_settings(path, {})


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"missing\.toml"):
        read_settings(tmp_path / "missing.toml", {})
