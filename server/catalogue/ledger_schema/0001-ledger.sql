CREATE TABLE ledger (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  organisation TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  instance_uids BLOB NOT NULL,
  digests BLOB,
  withdrawal_number INTEGER
);
CREATE TABLE ledger_withdrawal (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  resource TEXT NOT NULL,
  purged INTEGER NOT NULL DEFAULT 0
);
