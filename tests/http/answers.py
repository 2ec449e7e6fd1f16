"""All that an archive answers, to be compared with what it answers after it was rebuilt or moved."""

from typing import Any

from tests.http.conftest import Client


def answers(client: Client) -> dict[str, Any]:
    """Every match at three levels with all attributes, and the metadata of every study."""
    found: dict[str, Any] = {
        level: _matches(client, f"/dicomweb/{level}?includefield=all&limit=5000")
        for level in ("studies", "series", "instances")
    }
    for study in found["studies"]:
        [uid] = study["0020000D"]["Value"]
        found[uid] = _matches(client, f"/dicomweb/studies/{uid}/metadata")
    return found


def history(client: Client) -> dict[str, Any]:
    """The change feed from its beginning, and what can still be restored."""
    return {
        "changes": client.get("/dicomweb/changes?since=0&limit=1000").json(),
        "deletions": client.get("/api/deletions").json(),
    }


def _matches(client: Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code in {200, 204}, answer.text
    matches: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else []
    return matches
