CREATE TABLE audit_record (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  study_uids TEXT NOT NULL,
  facts TEXT NOT NULL
);
CREATE INDEX audit_record_by_time ON audit_record (at);
