"""The audit: every act has its record, one look has one."""

from pathlib import Path

from server.access.audit import Audit
from server.access.people import Caller, Role, local_person
from server.access.policy import Action
from server.database.sqlite import Database

CLINICIAN = Caller("c", "Clinician", {"OURS": Role.CLINICIAN})


def test_one_look_is_one_record_and_every_act_its_own(tmp_path: Path) -> None:
    database = Database(tmp_path / "records.sqlite")
    audit, person = Audit(database), local_person("OURS")
    for _ in range(3):
        audit.look(person, Action.RENDER, "1.2")
        audit.record(person, Action.STORE, ["1.3", "1.2", "1.3"], "success", stored=2)
    audit.look(person, Action.RENDER, "1.3")
    audit.look(CLINICIAN, Action.RENDER, "1.2")
    actions = [record["action"] for record in audit.records()]
    assert sorted(map(str, actions)) == ["render"] * 3 + ["store"] * 3
    stored = [record for record in audit.records() if record["action"] == "store"]
    assert all(record["study_uids"] == ["1.2", "1.3"] and record["facts"] == {"stored": 2} for record in stored)
    database.close()
