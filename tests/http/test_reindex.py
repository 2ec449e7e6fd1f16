"""A catalogue that was lost and made anew answers as the old one did."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from server.app import Parts, open_parts
from server.archive.occupied import Occupancy
from server.catalogue.ledger import CatalogueBehind
from server.cli import main
from server.studies.remove import Remove
from tests.factories import part10
from tests.http.answers import answers, history
from tests.http.conftest import Client, running, settings_for

STUDY = "1.2.3.1"
PATH = f"/dicomweb/studies/{STUDY}"


def instance(number: int, study: str = STUDY, series: str = "1.2.3.2", **keywords: object) -> bytes:
    return part10(
        **{
            "StudyInstanceUID": study,
            "SeriesInstanceUID": series,
            "SOPInstanceUID": f"{series}.{number}",
            "InstanceNumber": number,
            **keywords,
        }
    )


@contextmanager
def parts_of(root: Path) -> Iterator[Parts]:
    with closing(open_parts(settings_for(root))) as parts:
        yield parts


def lose_catalogue(root: Path) -> None:
    for file in root.glob("catalogue.sqlite*"):
        file.unlink()


def live_a_little(client: Client) -> None:
    """Stores, deletes, restores and stores again, so that the order of it all matters."""
    # what differs at the level of the study is told as the first instance has it
    client.stow(instance(1, StudyDescription="first"), instance(2, StudyDescription="second"))
    client.stow(instance(3, series="1.2.3.4", PatientName="MÜLLER^Anne", SpecificCharacterSet="ISO_IR 192"))
    client.stow(instance(1, "1.2.9", "1.2.9.1"), instance(2, "1.2.9", "1.2.9.1"))
    deleted = client.request("DELETE", f"{PATH}/series/1.2.3.2/instances/1.2.3.2.1").json()
    client.request("DELETE", "/dicomweb/studies/1.2.9")
    client.stow(instance(1, "1.2.9", "1.2.9.1", StudyDescription="anew, with other bytes"))
    client.post(deleted["restore"])
    client.request("DELETE", f"{PATH}/series/1.2.3.4")


@pytest.mark.parametrize("lost", [True, False], ids=["catalogue lost", "catalogue there"])
def test_the_answers_are_the_same(root: Path, lost: bool) -> None:
    with running(settings_for(root)) as client:
        live_a_little(client)
        before, told = answers(client), history(client)
    if lost:
        lose_catalogue(root)
    assert main(["reindex", "--root", str(root)]) == 0
    with running(settings_for(root)) as client:
        assert answers(client) == before
        assert history(client) == told
        [newest, *_] = told["deletions"]
        assert client.post(newest["restore"]).status_code == 200, "and what was deleted can still be restored"
        assert client.stow(instance(7)).status_code == 200
        numbers = [change["number"] for change in history(client)["changes"]["changes"]]
        assert numbers == list(range(1, len(told["changes"]["changes"]) + 3)), "the feed goes on where it was"


def test_what_was_purged_does_not_come_back_and_is_not_missed(root: Path) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1), instance(2))
        client.request("DELETE", f"{PATH}/series/1.2.3.2/instances/1.2.3.2.1")
        before = answers(client)
    with parts_of(root) as parts:
        assert Remove(parts.archive, parts.catalogue, parts.audit, parts.ledger, 0).purge() == 1
    lose_catalogue(root)
    assert main(["reindex", "--root", str(root)]) == 0
    with running(settings_for(root)) as client:
        assert answers(client) == before
        assert client.get("/api/deletions").json() == []


def test_a_file_that_was_to_be_purged_when_the_power_went_is_still_to_be_purged(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
        client.request("DELETE", PATH)
    with parts_of(root) as parts:
        monkeypatch.setattr(parts.archive, "forget", lambda digest: None)
        Remove(parts.archive, parts.catalogue, parts.audit, parts.ledger, 0).purge()
    lose_catalogue(root)
    assert main(["reindex", "--root", str(root)]) == 0
    with parts_of(root) as parts:
        assert parts.catalogue.read("SELECT * FROM instance") == []
        assert Remove(parts.archive, parts.catalogue, parts.audit, parts.ledger, 30).purge() == 1
        assert list(parts.archive.files()) == []


def test_without_records_too_all_files_are_found_in_the_order_in_which_they_came(root: Path) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1, StudyDescription="first"))
        client.stow(instance(2, StudyDescription="second"), instance(1, "1.2.9", "1.2.9.1"))
        before = answers(client)
    lose_catalogue(root)
    for file in root.glob("records.sqlite*"):
        file.unlink()
    assert main(["reindex", "--root", str(root)]) == 0
    with running(settings_for(root)) as client:
        assert answers(client) == before


def test_each_file_that_cannot_be_catalogued_is_named(
    root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with running(settings_for(root)) as client:
        client.stow(*(instance(number) for number in (1, 2, 3)))
    with parts_of(root) as parts:
        paths = {
            row["instance_uid"]: parts.archive.path(row["digest"])
            for row in parts.catalogue.read("SELECT instance_uid, digest FROM instance")
        }
    paths["1.2.3.2.1"].unlink()
    content = bytearray(paths["1.2.3.2.2"].read_bytes())
    content[-1] ^= 1
    paths["1.2.3.2.2"].write_bytes(content)
    capsys.readouterr()
    assert main(["reindex", "--root", str(root)]) == 1
    assert capsys.readouterr().out.splitlines() == ["missing\t1.2.3.2.1", "damaged\t1.2.3.2.2"]
    with running(settings_for(root)) as client:
        assert [found["00080018"]["Value"] for found in answers(client)["instances"]] == [["1.2.3.2.3"]]


def test_it_refuses_while_a_server_runs_and_a_server_while_it_does(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
        assert main(["reindex", "--root", str(root)]) == 1
        assert "stop it first" in capsys.readouterr().err
    with closing(Occupancy(root, alone=True)):
        assert main(["import", "--root", str(root), __file__]) == 1
        assert "being rebuilt" in capsys.readouterr().err


def test_nothing_starts_on_a_catalogue_that_lacks_what_was_kept(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
    lose_catalogue(root)
    with pytest.raises(CatalogueBehind):
        open_parts(settings_for(root))


def test_a_rebuilding_that_was_cut_off_leaves_the_old_catalogue(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(settings_for(root)) as client:
        client.stow(instance(1))
        before = answers(client)
    monkeypatch.setattr("server.commands.reindexing.swap", _fail)
    with pytest.raises(RuntimeError):
        main(["reindex", "--root", str(root)])
    monkeypatch.undo()
    with running(settings_for(root)) as client:
        assert answers(client) == before
    assert main(["reindex", "--root", str(root)]) == 0
    assert not list(root.glob("*.new*"))


def _fail(new: Path, catalogue: Path) -> None:
    raise RuntimeError("the power went")
