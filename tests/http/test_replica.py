"""The second copy: all that was acknowledged, soon after, over absences too; and an archive made from it alone."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from server.app import open_parts
from server.cli import main
from server.studies.remove import Remove
from tests.http.answers import answers, history
from tests.http.conftest import Client, running, settings_for
from tests.http.test_damage import file_of, replicate, rot, store
from tests.http.test_reindex import live_a_little

SECONDS = 60


@pytest.fixture
def replica(tmp_path: Path) -> Path:
    return tmp_path / "second disk" / "replica"


def copies(replica: Path) -> set[str]:
    return {path.stem for path in (replica / "archive" / "objects").rglob("*.dcm")}


def originals(root: Path) -> set[str]:
    return {path.stem for path in (root / "archive" / "objects").rglob("*.dcm")}


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def status(root: Path, replica: Path) -> int:
    return main(["replica", "status", "--root", str(root), "--replica", str(replica)])


def test_what_a_running_server_acknowledges_is_copied(root: Path, replica: Path) -> None:
    with running(settings_for(root, archive={"replica": str(replica)})) as client:
        for number in range(1, 4):
            store(client, number)
        until(lambda: len(copies(replica)) == 3)
        assert client.get("/readyz").status_code == 200
    assert copies(replica) == originals(root)
    assert status(root, replica) == 0


def test_what_was_stored_while_it_was_away_is_copied_when_it_is_back(
    root: Path, replica: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(root, archive={"replica": str(replica)})
    with running(settings) as client:
        store(client, 1)
        until(lambda: len(copies(replica)) == 1)
    away = replica.rename(replica.with_name("away"))
    replica.mkdir()  # the mount point stays
    with running(settings) as client:
        store(client, 3)
        assert client.get("/readyz").status_code == 200
        time.sleep(1)
    assert list(replica.iterdir()) == [], "an empty mount point is not written to"
    assert status(root, replica) == 1
    assert "its disk is not mounted" in capsys.readouterr().err
    replica.rmdir()
    away.rename(replica)
    with running(settings):
        until(lambda: len(copies(replica)) == 3)
    assert status(root, replica) == 0


def test_the_replica_of_another_archive_or_a_folder_in_use_is_refused(
    root: Path, replica: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        store(client, 1)
    replicate(root, replica)
    other = tmp_path / "other"
    with running(settings_for(other)) as client:
        store(client, 2)
    assert main(["replica", "sync", "--root", str(other), "--replica", str(replica)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert copies(replica) == originals(root)
    new = tmp_path / "new disk"
    assert main(["replica", "sync", "--root", str(root), "--replica", str(new)]) == 1
    assert main(["replica", "renew", "--root", str(root), "--replica", str(new)]) == 0
    assert main(["replica", "sync", "--root", str(root), "--replica", str(new)]) == 0
    assert copies(new) == originals(root)


def test_a_copy_that_was_lost_is_made_again_and_a_damaged_original_is_never_copied(root: Path, replica: Path) -> None:
    with running(settings_for(root)) as client:
        files = store(client, 3)
    replicate(root, replica)
    file_of(replica, files[0]).unlink()
    file_of(replica, files[1]).unlink()
    rot(file_of(root, files[1]))
    replicate(root, replica)
    assert copies(replica) == {file_of(root, files[0]).stem, file_of(root, files[2]).stem}


def test_of_two_servers_on_one_root_one_keeps_the_replica_and_the_other_takes_over(root: Path, replica: Path) -> None:
    settings = settings_for(root, archive={"replica": str(replica)})
    with ExitStack() as first_one, ExitStack() as second_one:
        first_one.enter_context(running(settings))
        second = second_one.enter_context(running(settings))
        store(second, 1)
        until(lambda: len(copies(replica)) == 1)
        first_one.close()
        store(second, 2)
        until(lambda: len(copies(replica)) == 2)


def test_the_replica_s_own_files_are_verified_and_made_anew_from_the_archive(
    root: Path, replica: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def verify() -> tuple[int, list[str]]:
        capsys.readouterr()
        status = main(["replica", "verify", "--root", str(root), "--replica", str(replica)])
        return status, sorted(line.rpartition("\t")[0] for line in capsys.readouterr().out.splitlines())

    with running(settings_for(root)) as client:
        files = store(client, 4)
        replicate(root, replica)
        assert verify() == (0, []), "also while a server runs"
        rot(file_of(replica, files[0]))
        rot(file_of(replica, files[1]))
        rot(file_of(root, files[1]))
        file_of(replica, files[2]).unlink()
        (replica / "archive" / "objects" / "000").mkdir(exist_ok=True)
        assert verify() == (1, ["damaged\t1.2.3.3.2", "repaired\t1.2.3.3.1"]), "what is new may be on its way"
        with pytest.MonkeyPatch.context() as later:
            later.setattr("server.studies.verify_replica._ON_ITS_WAY_SECONDS", -1)
            assert verify() == (1, ["damaged\t1.2.3.3.2", "repaired\t1.2.3.3.3"])
    assert file_of(replica, files[0])
    assert file_of(replica, files[2])


def test_what_is_let_go_of_for_good_goes_from_the_replica_too_if_later(root: Path, replica: Path) -> None:
    with running(settings_for(root)) as client:
        store(client, 2)
        client.request("DELETE", "/dicomweb/studies/1.2.3.1")
    replicate(root, replica)
    away = replica.rename(replica.with_name("away"))
    with closing(open_parts(settings_for(root, archive={"replica": str(replica)}))) as parts:
        remove = Remove(parts.archive, parts.catalogue, parts.audit, parts.ledger, 0, parts.replica)
        assert remove.purge() == 2
        assert originals(root) == set()
        away.rename(replica)
        assert len(copies(replica)) == 2
        remove.purge()
    assert copies(replica) == set()


def test_a_drill_restores_everything_from_the_replica_alone(
    root: Path, replica: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        live_a_little(client)
        before, told = answers(client), history(client)
    replicate(root, replica)
    new = tmp_path / "new root"
    capsys.readouterr()
    assert main(["drill", "--root", str(root), "--replica", str(replica), "--into", str(new)]) == 0
    said = capsys.readouterr().out
    assert "RPO       0.0 s (0 changes were not in the replica yet)" in said
    assert "RTO       " in said
    with running(settings_for(new)) as client:
        assert answers(client) == before
        assert history(client) == told
    assert main(["verify", "--root", str(new)]) == 0
    assert main(["drill", "--root", str(root), "--replica", str(replica), "--into", str(new)]) == 1, "not over it"


def test_a_drill_tells_what_would_be_lost_now_and_what_is_damaged(
    root: Path, replica: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        files = store(client, 2)
        replicate(root, replica)
        store(client, 3)
        rot(file_of(replica, files[0]))
        capsys.readouterr()
        assert main(["drill", "--root", str(root), "--replica", str(replica)]) == 1
    said = capsys.readouterr().out
    assert "(1 changes were not in the replica yet)" in said
    assert "1 files" in said
    assert "missing\t1.2.3.3.1" in said
    assert not list(root.parent.glob("*-drill"))


def test_a_backup_taken_while_serving_is_whole_and_can_be_put_back(root: Path, tmp_path: Path, client: Client) -> None:
    store(client, 3)
    assert main(["backup", "--root", str(root), "--to", str(tmp_path / "backup")]) == 0
    new = tmp_path / "new"
    (tmp_path / "backup").rename(new)
    (root / "archive").rename(new / "archive")
    before = answers(client)
    with running(settings_for(new)) as restored:
        assert answers(restored) == before
    assert main(["verify", "--root", str(new)]) == 0
