"""Lightbox installed from its wheel, away from any checkout: the pages come along."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx

from e2e.running import RunningServer

CHECKOUT = Path(__file__).parents[2]


def test_the_wheel_serves_the_pages_it_carries(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("lightbox-*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(installed)
    assert (installed / "server" / "_static" / "viewer.html").is_file()

    # -P keeps the checkout, where the tests run, from being found before the wheel
    environment = {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    probe = "import server; print(server.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", probe], env=os.environ | environment, check=True, capture_output=True, text=True
    )
    assert found.stdout.startswith(str(installed))
    server = RunningServer(tmp_path / "root", environment=environment).start()
    try:
        page = httpx.get(f"{server.address}/viewer")
        assert page.status_code == 200
        script = page.text.partition('<script type="module" src="')[2].partition('"')[0]
        assert httpx.get(server.address + script).headers["content-type"].startswith("text/javascript")
    finally:
        server.stop()
